#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <string>
#include <utility>
#include <vector>

namespace inspect::sim {

/// A V-USB board "USBRelayN" of www.dcttech.com, or with strings and layout of a look-alike.
class RelayModel : public UsbModel {
 public:
  RelayModel(unsigned channels, std::string id) : channels_(channels), id_(std::move(id)) {}

  [[nodiscard]] std::uint16_t vendor() const override { return 0x16C0; }
  [[nodiscard]] std::uint16_t product() const override { return 0x05DF; }
  [[nodiscard]] std::string maker_text() const override { return "www.dcttech.com"; }
  [[nodiscard]] std::string product_text() const override { return "USBRelay" + std::to_string(channels_); }
  [[nodiscard]] usb::Bytes interface_descriptors() const override;
  [[nodiscard]] usb::Bytes report_descriptor() const override;
  [[nodiscard]] bool low_speed() const override { return true; }
  [[nodiscard]] std::string state() const override;
  void power_up() override { outputs_ = 0; }

  /// Its latch: bit 0 is relay 1.
  [[nodiscard]] unsigned outputs() const { return outputs_; }
  void set_outputs(unsigned bits) { outputs_ = bits; }

 protected:
  UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) override;
  /// "set 3 on", "id HURTM", "corrupt-id".
  bool own_act(const std::vector<std::string>& words) override;

 private:
  void order(const usb::Bytes& data);

  unsigned channels_;
  std::string id_;
  unsigned outputs_ = 0;
  unsigned orders_ = 0;
  bool corrupt_id_ = false;
};

}  // namespace inspect::sim
