#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace inspect::campaign {

using Nanoseconds = std::chrono::nanoseconds;
using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937_64;

/// How a UART is set.
struct Format {
  double baud = 9600;
  char parity = 'N';
  int stop_bits = 1;

  [[nodiscard]] int bits() const { return 9 + (parity == 'N' ? 0 : 1) + stop_bits; }
  [[nodiscard]] Nanoseconds bit() const { return Nanoseconds{static_cast<std::int64_t>(1e9 / baud)}; }
  [[nodiscard]] Nanoseconds character() const { return bits() * bit(); }
};

/// What one speaker puts on the pair of wires.
struct Speech {
  BootTime start{};
  Bytes bytes;
  Format format;
  int speaker = 0;

  [[nodiscard]] BootTime end() const { return start + static_cast<std::int64_t>(bytes.size()) * format.character(); }
  /// Level at `t`: false is a start bit or a 0. Idle is true.
  [[nodiscard]] bool level(BootTime t) const;
  /// The first instant from `t` on at which it pulls the line down; BootTime::max() if never again.
  [[nodiscard]] BootTime next_low(BootTime t) const;
};

/// The wires, bit by bit: who speaks at once pulls the line down together, and a receiver set otherwise than the
/// speaker reads what a UART would read. Bit errors turn single bits as they are sampled.
class Air {
 public:
  explicit Air(Format receiver) : format_(receiver) {}

  double bit_errors = 0;

  void speak(Speech speech);
  /// Whether anybody but `speaker` was on the wires in between.
  [[nodiscard]] bool disturbed(BootTime from, BootTime until, int speaker) const;
  [[nodiscard]] bool busy(BootTime at) const;
  /// Whole characters that the gateway's receiver has by `now`. Of its own words it hears nothing, except for an echo.
  Bytes receive(BootTime now, Random& random);
  /// When the next character would be whole; max if the wires rest.
  [[nodiscard]] BootTime next_character() const;

  static constexpr int gateway = 0;
  bool echo = false;

 private:
  [[nodiscard]] bool heard(const Speech& speech) const { return echo || speech.speaker != gateway; }
  [[nodiscard]] bool level(BootTime t) const;
  [[nodiscard]] BootTime next_low(BootTime t) const;
  bool sample(BootTime t, Random& random) const;

  Format format_;
  std::vector<Speech> speeches_;
  BootTime cursor_{};
};

}  // namespace inspect::campaign
