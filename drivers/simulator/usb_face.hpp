#pragma once

#include "drivers/simulator/device.hpp"
#include "drivers/simulator/usb_relay.hpp"

#include <memory>
#include <optional>

namespace inspect::sim {

/// Whether a model can be played on USB: nothing, or why not.
std::optional<std::string> why_not_on_usb(const drivers::Profile& profile);

/// A device of the site as a host sees it on USB. What its faults spoil, its relays do and a person does to it is the
/// device's, as on every other line.
class UsbFace {
 public:
  /// `device`, whose model can be played on USB, must outlive it.
  explicit UsbFace(Device& device);

  UsbAnswer control(const usb::ControlRequest& request, const usb::Bytes& data, BootTime now);
  UsbAnswer out(std::uint8_t endpoint, const usb::Bytes& data);
  std::optional<UsbAnswer> in(std::uint8_t endpoint, std::size_t most);
  /// The plug was pulled: a board without power holds nothing.
  void lost_power(BootTime now);

  [[nodiscard]] const UsbModel& model() const { return *model_; }
  [[nodiscard]] Device& device() const { return device_; }

 private:
  void show_orders();
  void take_orders(BootTime now);

  Device& device_;
  RelayModel* board_ = nullptr;  ///< the model, when it is a relay board
  std::unique_ptr<UsbModel> model_;
};

}  // namespace inspect::sim
