#pragma once

#include "drivers/usb/usb.hpp"
#include "protocol/core/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inspect::drivers {

/// libusb, asynchronous: one thread handles its events, one more does what blocks in the kernel (open, claim, reset,
/// close), and the loop waits for both without ever standing still. At most 64 transfers are on their way at a time.
///
/// A transfer that ran out of time is cancelled and waited for before its memory is touched. Pipes must end before the
/// host, and the host before its loop.
class UsbHost : public UsbPorts {
 public:
  /// `unreachable`: the kernel has no USB, or the program may not look at it.
  static Result<std::unique_ptr<UsbHost>> start(const boost::asio::any_io_executor& loop);

  /// When the event thread last came round, at least once a second, for the watchdog.
  [[nodiscard]] virtual BootTime heartbeat() const = 0;
  /// Transfers on their way.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;
};

}  // namespace inspect::drivers
