#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inspect::sim {

struct WireFormat {
  std::uint32_t baud = 9600;
  std::uint8_t bits_per_character = 10;  ///< start, data, parity and stop bits: 10 for 8N1, 11 for 8N2, 8E1, 8O1

  bool needs_silence = true;  ///< devices do not understand a question less than 1.5 characters behind an answer

  [[nodiscard]] std::chrono::nanoseconds character() const;
  /// 3.5 characters; 1.75 ms above 19 200 baud.
  [[nodiscard]] std::chrono::nanoseconds silence() const;
};

/// The time side of one RS-485 line, with no port: bytes go in with the time they were written, bursts come out when
/// the silence after them has passed on the wire; answers go in, bytes come out at the end of their time on the wire.
/// Who speaks while another speaks, or without a gap after him, spoils both, as on copper.
class RtuLine {
 public:
  explicit RtuLine(WireFormat format) : format_(format) {}

  /// The master wrote these bytes now; they need their time on the wire one after the other.
  void master_wrote(BootTime now, std::span<const std::uint8_t> bytes);

  struct Burst {
    std::vector<std::uint8_t> bytes;
    BootTime ended;  ///< end of the last byte on the wire
  };
  /// The master's burst when the line has been silent after it for 3.5 characters; at most one a call.
  std::optional<Burst> burst(BootTime now);

  /// `speaker` sends `bytes` from `start` on, `gap` beyond wire time between two; behind what it is still sending.
  void answer(std::size_t speaker, BootTime start, std::span<const std::uint8_t> bytes, std::chrono::nanoseconds gap);

  /// Bytes whose time on the wire has ended by now.
  std::vector<std::uint8_t> due(BootTime now);

  /// When to look again; nothing when the line rests.
  [[nodiscard]] std::optional<BootTime> next() const;

  /// The master's transceiver hears what it says itself: its bytes come back at the end of their time on the wire.
  void echo(bool on) { echo_ = on; }

  /// Another master asks from `start` on: everybody hears it, ours too, and whoever speaks meanwhile spoils it.
  void rival_asks(BootTime start, std::span<const std::uint8_t> bytes);
  /// Its burst as the devices heard it, when the line has been silent after it for 3.5 characters.
  std::optional<Burst> rival_burst(BootTime now);

  /// Forgets everything under way: the line was cut.
  void clear();

  [[nodiscard]] const WireFormat& format() const { return format_; }
  [[nodiscard]] std::uint64_t collisions() const { return collisions_; }

 private:
  struct Byte {
    BootTime ends;
    std::size_t speaker;
    std::uint8_t value;
  };
  bool collides(const Byte& byte);
  void give_back(BootTime start, std::span<const std::uint8_t> bytes);

  WireFormat format_;
  std::vector<std::uint8_t> heard_;
  bool echo_ = false;
  bool damaged_ = false;  ///< the burst being heard is longer than any frame, or somebody spoke into it
  BootTime heard_from_{};
  BootTime heard_until_{};
  std::vector<Byte> sending_;        ///< in the order of `ends`
  std::vector<std::uint8_t> rival_;  ///< what was heard of the other master's question
  std::size_t rival_sends_ = 0;      ///< bytes of it that are still to come
  BootTime rival_until_{};
  BootTime last_end_{};
  std::size_t last_speaker_ = 0;
  std::uint64_t collisions_ = 0;
};

}  // namespace inspect::sim
