#pragma once

#include "drivers/serial/serial_talk.hpp"
#include "drivers/tester/tester_wire.hpp"

#include <memory>
#include <string>

namespace inspect::drivers {

/// An instrument that speaks in lines of text on a serial port of its own. `talk` must outlive it. `line_end`: of its
/// profile, after what it is sent; its own lines may end with LF, CR or both.
std::unique_ptr<TesterWire> make_text_wire(SerialTalk& talk, std::string line_end);

}  // namespace inspect::drivers
