#include "drivers/simulator/usb_face.hpp"

#include "drivers/simulator/usb_meter.hpp"

#include <utility>

namespace inspect::sim {

using drivers::DriverKind;

std::optional<std::string> why_not_on_usb(const drivers::Profile& profile) {
  if (profile.driver == DriverKind::usbtmc_tester) return std::nullopt;
  const bool v_usb =
      profile.relay && profile.relay->way == usb::RelayWay::feature && profile.relay->state == usb::RelayState::feature;
  if (profile.driver == DriverKind::hid_relay && v_usb) return std::nullopt;
  return profile.model + " cannot be played on USB; boards with HID feature reports (dcttech-4) and USBTMC testers can";
}

UsbFace::UsbFace(Device& device) : device_(device) {
  const auto& setup = device.setup();
  if (setup.profile.relay) {
    auto board = std::make_unique<RelayModel>(setup.profile.relay->channels, setup.serial);
    board_ = board.get();
    model_ = std::move(board);
  } else {
    const auto& words = *setup.profile.tester;
    model_ = std::make_unique<MeterModel>(setup.serial, words.maker, words.model);
  }
  model_->suffer(device.faults());
}

/// What the site did to the relays meanwhile stands in the board's latch. Relay 1 is the first, and bit 0.
void UsbFace::show_orders() {
  unsigned bits = 0;
  const auto& relays = device_.relays();
  for (std::size_t i = 0; i < relays.size(); ++i) bits |= relays[i].ordered ? 1U << i : 0U;
  board_->set_outputs(bits);
}

void UsbFace::take_orders(BootTime now) {
  const auto& relays = device_.relays();
  for (std::size_t i = 0; i < relays.size(); ++i) {
    const bool on = (board_->outputs() >> i & 1U) != 0;
    if (on != relays[i].ordered) device_.order(*device_.relay(relays[i].name), on, now);
  }
}

UsbAnswer UsbFace::control(const usb::ControlRequest& request, const usb::Bytes& data, BootTime now) {
  if (board_ != nullptr) show_orders();
  auto answer = model_->control(request, data);
  if (board_ != nullptr) take_orders(now);
  return answer;
}

UsbAnswer UsbFace::out(std::uint8_t endpoint, const usb::Bytes& data) { return model_->out(endpoint, data); }

std::optional<UsbAnswer> UsbFace::in(std::uint8_t endpoint, std::size_t most) { return model_->in(endpoint, most); }

void UsbFace::lost_power(BootTime now) {
  model_->power_up();
  if (board_ != nullptr) take_orders(now);
}

}  // namespace inspect::sim
