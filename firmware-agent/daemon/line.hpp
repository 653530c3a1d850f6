#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/ear.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/polling/attendant.hpp"
#include "firmware-agent/polling/prober.hpp"
#include "firmware-agent/usb/appliance.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inspect::agent {

/// One bus of the site with what hangs on it: the port, the devices' drivers, and who attends them. Where another
/// master asks there is an ear in place of the bus: nothing that could send. What is no Modbus device has its port for
/// itself.
struct Agent::Line {
  /// `usb`: nullptr where the site has no USB port, or the gateway none.
  Line(const Site& site, BusIndex bus, ReadingSink& sink, drivers::UsbPorts* usb,
       const boost::asio::any_io_executor& loop);

  void stop();
  void tap(drivers::Tap* tap);

  [[nodiscard]] const drivers::BusCounters& counters() const {
    return bus ? bus->counters() : ear ? ear->counters() : appliance->counters();
  }

  BusIndex index{};
  std::unique_ptr<drivers::Bus> bus;     ///< or …
  std::unique_ptr<drivers::Ear> ear;     ///< … or …
  std::unique_ptr<Appliance> appliance;  ///< … one of the three
  std::unique_ptr<Attendant> attendant;
  std::unique_ptr<Prober> prober;  ///< where we may ask
};

}  // namespace inspect::agent
