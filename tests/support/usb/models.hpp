#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <memory>
#include <string>
#include <vector>

namespace inspect::tests {

/// A hub: it does nothing but be there.
class HubModel : public sim::UsbModel {
 public:
  [[nodiscard]] std::uint16_t vendor() const override { return 0x05E3; }
  [[nodiscard]] std::uint16_t product() const override { return 0x0608; }
  [[nodiscard]] std::string product_text() const override { return "USB2.0 Hub"; }
  [[nodiscard]] std::uint8_t device_class() const override { return 9; }
  [[nodiscard]] usb::Bytes interface_descriptors() const override {
    return {9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 1, 0, 12};
  }

 protected:
  sim::UsbAnswer on_control(const usb::ControlRequest&, const usb::Bytes&) override {
    return {sim::UsbAnswer::How::stall};
  }
};

/// "relay4 HURTM", "hub", "meter SN123"; nothing: no such model.
std::unique_ptr<sim::UsbModel> make_usb_model(const std::vector<std::string>& words);

}  // namespace inspect::tests
