#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/frame.hpp"

#include <chrono>
#include <optional>

namespace inspect::modbus {

/// What a transaction machine wants from the shell that moves its bytes.
struct Step {
  enum class Do {
    send,     ///< write `bytes`, then call sent()
    sleep,    ///< leave the line alone until `until`, then take() what lies there, even if it is nothing
    receive,  ///< wait until bytes come or `until` passes, then take() them, even if there are none
    reopen,   ///< close the connection and open it again, then call opened()
    done,     ///< result() is there
  };
  Do what = Do::done;
  BootTime until{};
  BytesView bytes{};
};

/// What one device is allowed.
struct Allowance {
  std::chrono::nanoseconds answer{std::chrono::seconds{1}};  ///< longest time to the first character
  std::chrono::nanoseconds gap{0};                           ///< silence needed beyond 3.5 characters
  std::uint16_t registers_per_read = 125;
  std::uint16_t bits_per_read = 2000;
  /// A probe of a device that may be gone: waits for what was learned of the device (of the line, when nothing was) and
  /// no longer than that, but for so long at least.
  std::optional<std::chrono::nanoseconds> probe{};
};

}  // namespace inspect::modbus
