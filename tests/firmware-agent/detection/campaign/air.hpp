#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
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

  friend bool operator==(const Format&, const Format&) = default;
};

/// Turns single bits at random. It draws a number only for the bits it turns, how many stay sound before the next one:
/// the same noise as a draw for each bit, at the cost of the errors alone.
class BitNoise {
 public:
  /// Whether the next bit is turned, where a share of `errors` of them is.
  bool turns(double errors, Random& random);
  /// Whether the next `bits` bits are sound. If so they are past; if not, nothing has happened yet.
  bool spares(std::uint64_t bits, double errors, Random& random);

 private:
  void adopt(double errors, Random& random);
  void draw(Random& random);

  double errors_ = 0;
  std::uint64_t sound_ = 0;  ///< bits before the next error; meaningless without errors
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
  bool sample(BootTime t, Random& random);

  /// The byte that begins at `low`, where one speaker alone, set as the receiver is, has the wires: then no bit need be
  /// looked at.
  [[nodiscard]] std::optional<std::uint8_t> undisturbed(BootTime low) const;

  /// When who was on the wires.
  struct Turn {
    BootTime start{};
    BootTime end{};
    int speaker = 0;
  };

  Format format_;
  std::vector<Speech> sounding_;  ///< heard, and not read to the end yet
  std::vector<Turn> turns_;
  BootTime cursor_{};
  BitNoise noise_;
};

}  // namespace inspect::campaign
