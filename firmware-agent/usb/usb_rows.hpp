#pragma once

#include "firmware-agent/usb/usb_care.hpp"
#include "protocol/control/rows.hpp"

#include <vector>

namespace inspect::agent {

/// What is at the ports as rows of the socket.
std::vector<control::UsbRow> usb_rows(const std::vector<UsbPlace>& places);

}  // namespace inspect::agent
