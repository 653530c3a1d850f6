#pragma once

#include "drivers/bus/bus.hpp"

#include <termios.h>

#include <optional>

namespace inspect::drivers {

/// A serial line that is only heard: opened for reading alone, so that nothing in this program can send a byte on it.
///
/// libmodbus opens ports to read and write, so the port is set here. What the kernel would send by itself is off: echo
/// of what comes in and flow control; RTS, which switches the transmitter of many adapters, is taken back.
class ListeningPort {
 public:
  /// Errors as `SerialPort::open`.
  static Result<ListeningPort> open(const SerialSettings& settings);

  ListeningPort(ListeningPort&& other) noexcept;
  ListeningPort& operator=(ListeningPort&&) = delete;
  ListeningPort(const ListeningPort&) = delete;
  ListeningPort& operator=(const ListeningPort&) = delete;
  /// Puts the old settings back, but for the echo.
  ~ListeningPort();

  /// Non-blocking; owned by this object.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  ListeningPort(int descriptor, const termios& before) : descriptor_(descriptor), before_(before) {}

  int descriptor_ = -1;
  termios before_{};
};

}  // namespace inspect::drivers
