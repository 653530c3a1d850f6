#pragma once

#include "drivers/usb/descriptors.hpp"
#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace inspect::drivers {

/// What the kernel says of a device: read from sysfs, never asked of the device. Its texts are the kernel's, with
/// everything unprintable taken out.
struct UsbFacts {
  std::string port;  ///< where it hangs: "1-1.2" is port 2 of the hub at port 1 of bus 1
  std::uint8_t bus = 0;
  std::uint8_t address = 0;  ///< another one each time it is plugged
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::uint8_t device_class = 0;
  std::string maker;
  std::string name;
  std::string serial;
  std::vector<UsbInterface> interfaces;
};

using usb::Bytes;

/// No transfer is longer.
constexpr std::size_t longest_usb_transfer = 64UL << 10U;

/// An open device with one interface claimed. One owner; each call waits for its own transfer, at most `limit` and 2 s.
///
/// Errors: `timeout` not answered; `device_refused` a STALL; `corrupt_frame` babble, a damaged or short transfer;
/// `bus_unavailable` unplugged, or closed meanwhile.
class UsbPipe {
 public:
  using Limit = std::chrono::milliseconds;
  virtual ~UsbPipe() = default;

  /// At most `request.length` bytes.
  virtual boost::asio::awaitable<Result<Bytes>> control_in(usb::ControlRequest request, Limit limit) = 0;
  virtual boost::asio::awaitable<Result<void>> control_out(usb::ControlRequest request, Bytes bytes, Limit limit) = 0;
  /// Bulk or interrupt, by the endpoint's descriptor.
  virtual boost::asio::awaitable<Result<void>> out(UsbEndpoint endpoint, Bytes bytes, Limit limit) = 0;
  virtual boost::asio::awaitable<Result<Bytes>> in(UsbEndpoint endpoint, std::size_t most, Limit limit) = 0;
  virtual boost::asio::awaitable<Result<void>> clear_halt(UsbEndpoint endpoint) = 0;
  /// The port's reset. The pipe is good for nothing else afterwards: open anew.
  virtual boost::asio::awaitable<Result<void>> reset() = 0;
};

/// Something was plugged in or left.
struct UsbPlug {
  std::string port;
  bool arrived = false;
};

/// The machine's USB ports. Used on the loop only.
class UsbPorts {
 public:
  virtual ~UsbPorts() = default;

  /// Everything that is plugged in, hubs too.
  virtual boost::asio::awaitable<std::vector<UsbFacts>> list() = 0;
  /// Who is at a port; `bus_unavailable`: nobody.
  virtual boost::asio::awaitable<Result<UsbFacts>> look(std::string port) = 0;
  /// Opens what `facts` were read of, takes the interface from the kernel's driver, and gives it back when the pipe
  /// ends. `bus_unavailable`: it has gone, belongs to another program, or may not be opened.
  virtual boost::asio::awaitable<Result<std::unique_ptr<UsbPipe>>> open(UsbFacts facts, std::uint8_t interface) = 0;
  /// One watcher for each port; an empty function ends it.
  virtual void watch(const std::string& port, std::function<void(const UsbPlug&)> watcher) = 0;
};

}  // namespace inspect::drivers
