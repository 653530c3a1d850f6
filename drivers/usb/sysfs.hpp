#pragma once

#include "drivers/usb/usb.hpp"

#include <string>
#include <vector>

namespace inspect::drivers {

/// Where the kernel shows its USB devices.
inline constexpr const char* usb_sysfs = "/sys/bus/usb/devices";

/// What the kernel says of the device at a port. `bus_unavailable`: nobody is there, or it is just going. Blocks while
/// the kernel resets the device: not for the loop.
Result<UsbFacts> read_usb_facts(const std::string& port, const std::string& root = usb_sysfs);

/// The ports where something is plugged in, in order.
std::vector<std::string> used_usb_ports(const std::string& root = usb_sysfs);

}  // namespace inspect::drivers
