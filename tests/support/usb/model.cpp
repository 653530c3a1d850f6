#include "tests/support/usb/model.hpp"

#include "tests/support/usb/meter_model.hpp"

#include <algorithm>
#include <charconv>

namespace inspect::tests {

namespace {

using How = UsbAnswer::How;

std::optional<std::uint32_t> count_of(const std::vector<std::string>& words) {
  std::uint32_t count = 0;
  if (words.size() != 2) return std::nullopt;
  const auto& text = words[1];
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

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
  ++transfers_;
  const auto hit = [&](std::uint32_t every) { return every != 0 && transfers_ % every == 0; };
  if (hit(stall_every_) || faults_.find(sim::FaultKind::exception) != nullptr) return {How::stall};
  if (hit(damage_every_)) return {How::damaged};
  if (babble_) return {How::babble};
  auto spoilt = faults_.apply({1, answer.bytes, {}, {}, false, false});
  if (!spoilt) return {How::hang};
  answer.delay += spoilt->delay;
  if (spoilt->garbage)
    std::transform(answer.bytes.begin(), answer.bytes.end(), answer.bytes.begin(),
                   [](auto byte) { return static_cast<std::uint8_t>(byte ^ 0xA5U); });
  if (spoilt->truncated) answer.bytes.resize(answer.bytes.size() / 2);
  return answer;
}

UsbAnswer UsbModel::control(const usb::ControlRequest& request, const usb::Bytes& data) {
  auto answer = on_control(request, data);
  if (answer.bytes.size() > request.length) answer.bytes.resize(request.length);
  return spoil(std::move(answer));
}

UsbAnswer UsbModel::out(std::uint8_t endpoint, const usb::Bytes& data) { return spoil(on_out(endpoint, data)); }

std::optional<UsbAnswer> UsbModel::in(std::uint8_t endpoint, std::size_t most) {
  auto answer = on_in(endpoint, most);
  return answer ? std::optional(spoil(std::move(*answer))) : std::nullopt;
}

bool UsbModel::act(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  if (words[0] == "heal") {
    faults_.clear();
    stall_every_ = damage_every_ = 0;
    babble_ = false;
    return true;
  }
  if (words[0] == "babble") return babble_ = true;
  if (words[0] == "stall" || words[0] == "damage") {
    const auto count = count_of(words);
    if (!count) return false;
    (words[0] == "stall" ? stall_every_ : damage_every_) = *count;
    return true;
  }
  if (own_act(words)) return true;
  const auto fault = sim::parse_fault(words);
  if (fault) faults_.add(*fault);
  return fault.has_value();
}

usb::Bytes RelayModel::interface_descriptors() const {
  return {9, 4, 0, 0, 1, 3, 0, 0, 0, 9, 0x21, 1, 1, 0, 1, 0x22, 22, 0, 7, 5, 0x81, 3, 8, 0, 20};
}

UsbAnswer RelayModel::on_control(const usb::ControlRequest& request, const usb::Bytes& data) {
  if (request.type == 0x21 && request.request == 0x09) {
    order(data);
    return {};
  }
  if (request.type == 0xA1 && request.request == 0x01) {
    UsbAnswer answer;
    answer.bytes.assign(8, 0);
    std::copy_n(id_.begin(), std::min<std::size_t>(5, id_.size()), answer.bytes.begin());
    if (corrupt_id_) answer.bytes[0] = 0xFF;
    answer.bytes[7] = low(outputs_);
    return answer;
  }
  return {How::stall};
}

void RelayModel::order(const usb::Bytes& data) {
  if (data.size() < 2) return;
  ++orders_;
  const unsigned channel = data[1];
  const unsigned bit = channel >= 1 && channel <= channels_ ? 1U << (channel - 1) : 0U;
  switch (data[0]) {
    case 0xFF: outputs_ |= bit; break;
    case 0xFD: outputs_ &= ~bit; break;
    case 0xFE: outputs_ = (1U << channels_) - 1; break;
    case 0xFC: outputs_ = 0; break;
    default: break;  // the firmware ignores what it does not know
  }
}

bool RelayModel::own_act(const std::vector<std::string>& words) {
  if (words[0] == "corrupt-id") return corrupt_id_ = true;
  if (words[0] == "id" && words.size() == 2) {
    id_ = words[1];
    corrupt_id_ = false;
    return true;
  }
  if (words[0] != "set" || words.size() != 3) return false;
  const auto channel = count_of({"set", words[1]});
  if (!channel || *channel < 1 || *channel > channels_) return false;
  order({words[2] == "on" ? std::uint8_t{0xFF} : std::uint8_t{0xFD}, low(*channel)});
  --orders_;
  return true;
}

std::string RelayModel::state() const {
  return "outputs " + std::to_string(outputs_) + " orders " + std::to_string(orders_);
}

usb::Bytes HubModel::interface_descriptors() const { return {9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 1, 0, 12}; }

std::unique_ptr<UsbModel> make_usb_model(const std::vector<std::string>& words) {
  if (words.empty()) return nullptr;
  const auto second = words.size() > 1 ? words[1] : std::string("HURTM");
  if (words[0] == "hub") return std::make_unique<HubModel>();
  if (words[0] == "meter") return std::make_unique<MeterModel>(second);
  for (const unsigned channels : {1U, 2U, 4U, 8U}) {
    if (words[0] == "relay" + std::to_string(channels)) return std::make_unique<RelayModel>(channels, second);
  }
  return nullptr;
}

}  // namespace inspect::tests
