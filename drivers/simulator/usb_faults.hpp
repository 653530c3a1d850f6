#pragma once

#include "drivers/simulator/fault.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::sim {

/// The faults that mean something on USB. "hang" is `silent` and "stall" is `exception` there; both words do.
std::optional<FaultKind> usb_fault_kind_from(std::string_view word);
/// As parse_fault; one that only a Modbus device can have is refused.
Result<Fault> parse_usb_fault(std::vector<std::string> words);
/// As parse_fault, without what only a USB device can have.
Result<Fault> parse_modbus_fault(const std::vector<std::string>& words);

}  // namespace inspect::sim
