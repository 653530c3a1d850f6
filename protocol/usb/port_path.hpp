#pragma once

#include <string>
#include <string_view>

namespace inspect::usb {

/// "bus-port.port…", at most seven levels, as the kernel names where a device hangs: "1-1.2" is port 2 of the hub at
/// port 1 of bus 1. It stays the same whatever is plugged in there.
bool is_port_path(std::string_view text);

/// Where the hub is that a port belongs to: "1-1" for "1-1.2"; empty for a port of the machine itself.
std::string hub_of(std::string_view port);

}  // namespace inspect::usb
