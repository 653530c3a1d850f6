#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::control {

/// Findings always travel before readings.
enum class Stream : std::uint8_t { findings, readings };

std::string_view name(Stream stream);
std::optional<Stream> stream_from(std::string_view name);

/// A message that waits for the centre's receipt; `payload` goes out byte for byte.
struct OutboxRow {
  Stream stream = Stream::findings;
  std::string epoch;
  std::uint64_t seq = 0;
  std::string payload;

  friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

/// What waits and what was given up, for `inspectctl outbox`.
struct OutboxState {
  std::string findings_epoch;
  std::uint64_t findings_waiting = 0;
  std::uint64_t findings_receipted = 0;  ///< kept 14 days after
  std::string oldest_waiting;            ///< RFC 3339, empty when nothing waits
  std::string readings_epoch;
  std::uint64_t readings_waiting = 0;
  std::uint64_t readings_dropped = 0;

  friend bool operator==(const OutboxState&, const OutboxState&) = default;
};

}  // namespace inspect::control
