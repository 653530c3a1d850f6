#pragma once

#include "drivers/bus/tap.hpp"
#include "protocol/control/trace.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace inspect::agent {

/// What passed a bus and was not handed on yet. Bounded: of more than so much the oldest goes first, and is counted.
class TraceRing final : public drivers::Tap {
 public:
  static constexpr std::size_t most_records = 4096;
  static constexpr std::size_t most_bytes = std::size_t{128} * 1024;

  void sent(std::span<const std::uint8_t> bytes, BootTime at) override { push(control::Passage::out, bytes, at); }
  void received(std::span<const std::uint8_t> bytes, BootTime at) override { push(control::Passage::in, bytes, at); }
  void ended(BootTime at) override { push(control::Passage::end, {}, at); }

  /// What has gathered, at most `most` records, oldest first; the others wait.
  std::vector<control::TraceRecord> take(std::size_t most);
  /// Records that went unseen since the last call.
  std::uint64_t take_dropped();
  [[nodiscard]] bool empty() const { return records_.empty(); }

 private:
  struct Record {
    BootTime at{};
    control::Passage passage = control::Passage::in;
    std::vector<std::uint8_t> bytes;
  };
  void push(control::Passage passage, std::span<const std::uint8_t> bytes, BootTime at);

  std::deque<Record> records_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

/// An instant as the trace tells it.
std::uint64_t trace_microseconds(BootTime at);

}  // namespace inspect::agent
