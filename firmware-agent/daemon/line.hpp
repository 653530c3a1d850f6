#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/ear.hpp"
#include "drivers/modbus_device/modbus_orders.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/daemon/orders.hpp"
#include "firmware-agent/polling/attendant.hpp"
#include "firmware-agent/polling/bus_turns.hpp"
#include "firmware-agent/polling/prober.hpp"
#include "firmware-agent/usb/appliance.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <map>
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
  /// Sends an action to one of its devices when the bus has a turn for it, and reads back. `not_permitted`: the permit
  /// was not given, or another master asks here.
  boost::asio::awaitable<Result<void>> order(const Site& site, DeviceIndex device, std::string action,
                                             OrderMeans::Permit permit);

  [[nodiscard]] const drivers::BusCounters& counters() const {
    return bus ? bus->counters() : ear ? ear->counters() : appliance->counters();
  }

  BusIndex index{};
  std::unique_ptr<drivers::Bus> bus;     ///< or …
  std::unique_ptr<drivers::Ear> ear;     ///< … or …
  std::unique_ptr<Appliance> appliance;  ///< … one of the three
  std::unique_ptr<Attendant> attendant;
  std::unique_ptr<Prober> prober;                       ///< where we may ask
  std::unique_ptr<BusTurns> turns;                      ///< likewise
  std::map<std::size_t, drivers::ModbusOrders> orders;  ///< by device; of Modbus devices
};

}  // namespace inspect::agent
