#pragma once

#include "drivers/bus/clock.hpp"
#include "drivers/usb/hold_off.hpp"
#include "drivers/usb/usb.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inspect::drivers {

/// Whom to expect at a port, by what the kernel says of it.
struct UsbKind {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string maker;      ///< manufacturer text; empty: any
  std::string name;       ///< product text; empty: any
  bool textless = false;  ///< it has neither

  [[nodiscard]] bool fits(const UsbFacts& facts) const;
};

/// Any of several models, and the class of the interface that is used.
struct UsbExpected {
  std::vector<UsbKind> kinds;  ///< empty: known by the class alone
  std::uint8_t class_code = 0x03;
  std::optional<std::uint8_t> subclass{};
};

struct UsbCounters {
  std::uint64_t arrivals = 0;
  std::uint64_t departures = 0;
  std::uint64_t opened = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t failures = 0;
  std::uint64_t resets = 0;
};

/// One USB port and the device that belongs there: opens it when it may, and heals it. One owner, on the loop.
class UsbLine {
 public:
  /// `ports` must outlive it.
  UsbLine(UsbPorts& ports, std::string port, UsbExpected expected, BootTime (*now)() = &boot_now);
  UsbLine(const UsbLine&) = delete;
  UsbLine& operator=(const UsbLine&) = delete;
  ~UsbLine();

  /// The open device, opened now if it was not. `bus_unavailable` says why there is none: nobody is there, somebody
  /// else is, no permission, left alone because it came and went too often. `timeout`: it failed too often and is left
  /// alone for a while.
  boost::asio::awaitable<Result<std::shared_ptr<UsbPipe>>> pipe();
  /// How an exchange with it ended after the driver's own tries; resets it when that is the cure.
  boost::asio::awaitable<void> exchanged(std::optional<Errc> failure);
  /// Ends what is on its way and gives the device back.
  void close() { pipe_.reset(); }

  [[nodiscard]] const std::string& port() const { return port_; }
  /// Of the device that was opened last; nothing before the first.
  [[nodiscard]] const std::optional<UsbFacts>& facts() const { return facts_; }
  /// The interface in use; only while a pipe is open.
  [[nodiscard]] const UsbInterface& interface() const { return interface_; }
  [[nodiscard]] const HoldOff& hold_off() const { return hold_off_; }
  [[nodiscard]] UsbCounters counters() const;

 private:
  [[nodiscard]] std::optional<Error> not_now(BootTime now) const;
  boost::asio::awaitable<Result<std::shared_ptr<UsbPipe>>> open();
  [[nodiscard]] Result<UsbInterface> fitting(const UsbFacts& facts) const;

  UsbPorts& ports_;
  std::string port_;
  UsbExpected expected_;
  BootTime (*now_)();
  HoldOff hold_off_;
  std::shared_ptr<UsbPipe> pipe_;
  std::optional<UsbFacts> facts_;
  UsbInterface interface_;
  UsbCounters counters_;
};

}  // namespace inspect::drivers
