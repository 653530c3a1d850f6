#pragma once

#include "drivers/relay_board/relay_board.hpp"
#include "drivers/usb/line.hpp"

#include <memory>

namespace inspect::drivers {

/// A relay board that is a USB HID device. `line` must outlive it.
std::unique_ptr<RelayWire> make_hid_wire(UsbLine& line, usb::RelayLayout layout);

}  // namespace inspect::drivers
