#pragma once

#include "drivers/simulator/usb_model.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inspect::sim {

/// A USB488 leakage-current tester with the words of a Kikusui-like instrument, played from the standards: USBTMC 1.0
/// with strict checks of tags, and the clear and abort sequences.
class MeterModel : public UsbModel {
 public:
  explicit MeterModel(std::string serial, std::string maker = "KIKUSUI", std::string model = "TOS3200")
      : serial_(std::move(serial)), maker_(std::move(maker)), name_(std::move(model)) {}

  [[nodiscard]] std::uint16_t vendor() const override { return 0x0B3E; }
  [[nodiscard]] std::uint16_t product() const override { return 0x1004; }
  [[nodiscard]] std::string maker_text() const override { return maker_; }
  [[nodiscard]] std::string product_text() const override { return name_; }
  [[nodiscard]] std::string serial_text() const override { return serial_; }
  [[nodiscard]] usb::Bytes interface_descriptors() const override;
  [[nodiscard]] std::string state() const override;
  void power_up() override;

 protected:
  UsbAnswer on_control(const usb::ControlRequest& request, const usb::Bytes& data) override;
  UsbAnswer on_out(std::uint8_t endpoint, const usb::Bytes& data) override;
  std::optional<UsbAnswer> on_in(std::uint8_t endpoint, std::size_t most) override;
  /// "reply *IDN? TEXT…": what a question is answered; "forget": it swallows the next question.
  bool own_act(const std::vector<std::string>& words) override;

 private:
  void message(const std::string& text);

  std::string serial_;
  std::string maker_;
  std::string name_;
  std::map<std::string, std::string> replies_;
  std::string heard_;
  std::string reply_;
  bool asked_ = false;
  bool forget_ = false;
  std::uint8_t tag_ = 0;
  std::size_t wanted_ = 0;
  unsigned questions_ = 0;
  unsigned clears_ = 0;
};

}  // namespace inspect::sim
