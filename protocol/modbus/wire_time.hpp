#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace inspect::modbus {

using Nanoseconds = std::chrono::nanoseconds;

/// How long things take on a serial line.
class WireTime {
 public:
  explicit constexpr WireTime(std::uint32_t baud) : baud_(baud == 0 ? 1 : baud) {}

  /// 11 bits a character: start, 8 data, parity and stop, or two stops. With 8N1 it is 10; the longer one is the safe
  /// guess.
  [[nodiscard]] constexpr Nanoseconds characters(std::size_t count) const {
    return Nanoseconds{static_cast<std::int64_t>(count) * 11'000'000'000LL / baud_};
  }
  /// The silence between frames: 3.5 characters, and 1.75 ms above 19 200 baud [Modbus serial line 1.02].
  [[nodiscard]] constexpr Nanoseconds silence() const {
    if (baud_ > 19'200) return std::chrono::microseconds{1750};
    return Nanoseconds{38'500'000'000LL / baud_};
  }

 private:
  std::uint32_t baud_;
};

}  // namespace inspect::modbus
