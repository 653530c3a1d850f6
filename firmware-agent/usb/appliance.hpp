#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/relay_board/relay_board.hpp"
#include "drivers/serial/serial_talk.hpp"
#include "drivers/tester/tester.hpp"
#include "drivers/usb/line.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/polling/polled_device.hpp"
#include "protocol/usb/usbtmc_machine.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inspect::agent {

/// A device that is no Modbus device, with the port it has for itself.
class Appliance {
 public:
  /// `ports`: nullptr where the gateway has no USB; then what hangs there is not available. All must outlive it.
  Appliance(const Site& site, const Device& device, drivers::UsbPorts* ports, const boost::asio::any_io_executor& loop);

  /// For the poller; refers to this.
  [[nodiscard]] std::unique_ptr<PolledDevice> polled();
  /// Its exchanges, as a line counts them.
  [[nodiscard]] const drivers::BusCounters& counters();
  void close();

  /// nullptr where it has none.
  [[nodiscard]] drivers::UsbLine* usb() { return usb_.get(); }
  [[nodiscard]] drivers::SerialTalk* serial() { return talk_.get(); }
  [[nodiscard]] drivers::RelayBoard* relay() { return relay_.get(); }
  [[nodiscard]] drivers::Tester* tester() { return tester_.get(); }

 private:
  void make_relay();
  void make_tester();

  const Device& device_;
  const drivers::Profile& profile_;
  std::unique_ptr<drivers::UsbLine> usb_;      ///< or …
  std::unique_ptr<drivers::SerialTalk> talk_;  ///< … one of the two, or nothing without USB
  std::unique_ptr<drivers::RelayBoard> relay_;
  usb::TmcCounters tmc_counters_;
  std::unique_ptr<drivers::Tester> tester_;
  drivers::BusCounters counters_;
};

/// Whom a model's profile expects at its port.
drivers::UsbExpected expected_of(const drivers::Profile& profile);

}  // namespace inspect::agent
