#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/reopening.hpp"
#include "drivers/bus/serial_port.hpp"
#include "drivers/bus/wire.hpp"
#include "protocol/usb/bytes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>

namespace inspect::drivers {

/// Bytes to and from one device that has a serial port for itself. Opens the port when it is closed, by the path of the
/// configuration: by-path names the plug, so the device may get any number when it comes back.
class SerialTalk {
 public:
  SerialTalk(const boost::asio::any_io_executor& loop, SerialSettings settings);
  SerialTalk(const SerialTalk&) = delete;
  SerialTalk& operator=(const SerialTalk&) = delete;
  ~SerialTalk() { close(); }

  /// Forgets what lies there unread, and writes. `bus_unavailable`: the port cannot be opened or is gone.
  boost::asio::awaitable<Result<void>> send(usb::Bytes bytes, BootTime until);
  /// What came next, at least one byte; `timeout` when nothing did.
  boost::asio::awaitable<Result<usb::Bytes>> hear(BootTime until);
  void close();

  /// As it is configured.
  [[nodiscard]] const std::string& port() const { return settings_.port; }
  [[nodiscard]] std::uint64_t opened() const { return opened_; }

 private:
  Result<void> open();
  Error lost(int error);

  SerialSettings settings_;
  std::optional<SerialPort> port_;
  Wire wire_;  // lets the descriptor go before the port closes it
  Reopening reopening_;
  std::uint64_t opened_ = 0;
};

}  // namespace inspect::drivers
