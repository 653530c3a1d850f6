#pragma once

#include "drivers/bus/bus.hpp"

#include <memory>

namespace inspect::drivers {

/// An open serial line. libmodbus opens it, sets speed, format and RS-485 mode, and puts the old settings back; it
/// never moves a byte. Not for sharing: the port is locked against a second program of ours.
class SerialPort {
 public:
  /// `invalid_argument` for settings that libmodbus would silently change (it makes 9600 of a speed that it does not
  /// know), `bus_unavailable` when the port is not there, not ours, or in use.
  static Result<SerialPort> open(const SerialSettings& settings);

  SerialPort(SerialPort&&) noexcept;
  SerialPort& operator=(SerialPort&&) noexcept;
  ~SerialPort();

  /// Non-blocking; owned by this object.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  struct Library;
  explicit SerialPort(std::unique_ptr<Library> library, int descriptor);

  std::unique_ptr<Library> library_;
  int descriptor_ = -1;
};

/// Whether the settings can be had as they are written.
Result<void> check(const SerialSettings& settings);

}  // namespace inspect::drivers
