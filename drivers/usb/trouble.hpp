#pragma once

#include "protocol/core/error.hpp"

#include <cstdint>
#include <string>

namespace inspect::drivers {

/// What the kernel says went wrong with a device.
enum class UsbTrouble : std::uint8_t {
  gone,       ///< unplugged
  taken,      ///< another program has it
  forbidden,  ///< no permission
  silent,     ///< not answered in time
  stall,      ///< the device will not
  babble,     ///< it sent more than it was asked for
  damaged,    ///< broken on the wire, or cut short
  stuck,      ///< the kernel itself does not come back
};

/// The same as an error of the contract, with words for a technician.
Error usb_error(UsbTrouble trouble, const std::string& port);

}  // namespace inspect::drivers
