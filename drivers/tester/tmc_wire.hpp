#pragma once

#include "drivers/tester/tester_wire.hpp"
#include "drivers/usb/line.hpp"
#include "protocol/usb/usbtmc_machine.hpp"

#include <memory>
#include <string>

namespace inspect::drivers {

/// An instrument on USB, by USBTMC. `line` and `counters` must outlive it. `line_end`: of its profile.
std::unique_ptr<TesterWire> make_tmc_wire(UsbLine& line, usb::TmcCounters& counters, std::string line_end);

}  // namespace inspect::drivers
