#pragma once

#include "drivers/relay_board/relay_board.hpp"
#include "drivers/serial/serial_talk.hpp"

#include <memory>

namespace inspect::drivers {

/// A relay board on a serial port of its own. `talk` must outlive it.
std::unique_ptr<RelayWire> make_serial_wire(SerialTalk& talk, usb::RelayLayout layout);

}  // namespace inspect::drivers
