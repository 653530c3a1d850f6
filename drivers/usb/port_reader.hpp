#pragma once

#include "drivers/usb/hands.hpp"
#include "drivers/usb/usb.hpp"

#include <string>
#include <vector>

namespace inspect::drivers {

// Reading sysfs waits for a device that is being reset: the hands do it. They must outlive the coroutine.

boost::asio::awaitable<std::vector<UsbFacts>> list_ports(Hands& hands);
/// `bus_unavailable`: nobody is there; `timeout`: the kernel does not come back.
boost::asio::awaitable<Result<UsbFacts>> look_at_port(Hands& hands, std::string port);

}  // namespace inspect::drivers
