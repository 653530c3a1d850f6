#pragma once

#include "drivers/usb/usb.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::drivers {

/// Where the kernel shows its USB devices.
inline constexpr const char* usb_sysfs = "/sys/bus/usb/devices";
/// Where it shows its serial ports.
inline constexpr const char* serial_sysfs = "/sys/class/tty";

/// What the kernel says of the device at a port. `bus_unavailable`: nobody is there, or it is just going. Blocks while
/// the kernel resets the device: not for the loop.
Result<UsbFacts> read_usb_facts(const std::string& port, const std::string& root = usb_sysfs);

/// The USB port of the adapter behind a serial port, whose path may be a link (/dev/serial/by-path/…): "1-1.2".
/// Nothing: it is not there, or is on no USB.
std::optional<std::string> usb_port_of(const std::string& serial_port, const std::string& root = serial_sysfs);

/// The ports where something is plugged in, in order.
std::vector<std::string> used_usb_ports(const std::string& root = usb_sysfs);

}  // namespace inspect::drivers
