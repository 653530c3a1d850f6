#include "drivers/simulator/usb_model.hpp"

#include "drivers/simulator/usb_faults.hpp"
#include "drivers/simulator/usb_standard.hpp"

#include <algorithm>

namespace inspect::sim {

namespace {

using How = UsbAnswer::How;

std::uint8_t low(std::size_t value) { return static_cast<std::uint8_t>(value & 0xFFU); }
std::uint8_t high(std::size_t value) { return static_cast<std::uint8_t>((value >> 8U) & 0xFFU); }

}  // namespace

usb::Bytes UsbModel::descriptors() const {
  const auto text = [](const std::string& of, std::uint8_t number) { return of.empty() ? std::uint8_t{0} : number; };
  usb::Bytes all{18,
                 1,
                 0x10,
                 1,
                 device_class(),
                 0,
                 0,
                 8,
                 low(vendor()),
                 high(vendor()),
                 low(product()),
                 high(product()),
                 0,
                 1,
                 text(maker_text(), 1),
                 text(product_text(), 2),
                 text(serial_text(), 3),
                 1};
  const auto interface = interface_descriptors();
  const auto total = 9 + interface.size();
  all.insert(all.end(), {9, 2, low(total), high(total), 1, 1, 0, 0x80, 50});
  all.insert(all.end(), interface.begin(), interface.end());
  return all;
}

UsbAnswer UsbModel::spoil(UsbAnswer answer) {
  auto spoilt = faults_->apply({1, answer.bytes, {}, {}, false, false});
  if (!spoilt) return {How::hang};
  if (spoilt->refused) return {How::stall};
  if (spoilt->damaged) return {How::damaged};
  if (spoilt->babble) return {How::babble};
  answer.delay += spoilt->delay;
  if (spoilt->garbage)
    std::transform(answer.bytes.begin(), answer.bytes.end(), answer.bytes.begin(),
                   [](auto byte) { return static_cast<std::uint8_t>(byte ^ 0xA5U); });
  if (spoilt->truncated) answer.bytes.resize(answer.bytes.size() / 2);
  return answer;
}

UsbAnswer UsbModel::control(const usb::ControlRequest& request, const usb::Bytes& data) {
  auto standard = standard_answer(*this, request);
  auto answer = standard ? std::move(*standard) : on_control(request, data);
  if (answer.bytes.size() > request.length) answer.bytes.resize(request.length);
  return standard ? answer : spoil(std::move(answer));
}

UsbAnswer UsbModel::out(std::uint8_t endpoint, const usb::Bytes& data) { return spoil(on_out(endpoint, data)); }

std::optional<UsbAnswer> UsbModel::in(std::uint8_t endpoint, std::size_t most) {
  auto answer = on_in(endpoint, most);
  return answer ? std::optional(spoil(std::move(*answer))) : std::nullopt;
}

bool UsbModel::act(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  if (words[0] == "heal") {
    faults_->clear();
    return true;
  }
  if (own_act(words)) return true;
  const auto fault = parse_usb_fault(words);
  if (fault) faults_->add(*fault);
  return fault.has_value();
}

}  // namespace inspect::sim
