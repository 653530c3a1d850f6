#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <optional>

namespace inspect::sim {

/// What every device's USB core answers (USB 2.0, chapter 9): descriptors, texts, configuration, and HID's descriptor
/// of its reports. Nothing: the request is the firmware's own.
std::optional<UsbAnswer> standard_answer(const UsbModel& model, const usb::ControlRequest& request);

}  // namespace inspect::sim
