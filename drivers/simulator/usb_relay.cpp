#include "drivers/simulator/usb_relay.hpp"

#include <algorithm>
#include <charconv>

namespace inspect::sim {

namespace {

using How = UsbAnswer::How;

std::optional<unsigned> channel_of(const std::string& text) {
  unsigned channel = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), channel);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return channel;
}

}  // namespace

usb::Bytes RelayModel::interface_descriptors() const {
  return {9, 4, 0, 0, 1, 3, 0, 0, 0, 9, 0x21, 1, 1, 0, 1, 0x22, 22, 0, 7, 5, 0x81, 3, 8, 0, 20};
}

usb::Bytes RelayModel::report_descriptor() const {
  // As in V-USB's example hid-data, with a report of 8 bytes: a vendor's page, and one feature report.
  return {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF,
          0x00, 0x75, 0x08, 0x95, 0x08, 0x09, 0x00, 0xB2, 0x02, 0x01, 0xC0};
}

UsbAnswer RelayModel::on_control(const usb::ControlRequest& request, const usb::Bytes& data) {
  if (request.type == 0x21 && request.request == 0x09) {
    order(data);
    return {};
  }
  if (request.type == 0x21 && request.request == 0x0A) return {};  // SET_IDLE
  if (request.type == 0xA1 && request.request == 0x01) {
    UsbAnswer answer;
    answer.bytes.assign(8, 0);
    std::copy_n(id_.begin(), std::min<std::size_t>(5, id_.size()), answer.bytes.begin());
    if (corrupt_id_) answer.bytes[0] = 0xFF;
    answer.bytes[7] = static_cast<std::uint8_t>(outputs_);
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
  const auto channel = channel_of(words[1]);
  if (!channel || *channel < 1 || *channel > channels_) return false;
  order({words[2] == "on" ? std::uint8_t{0xFF} : std::uint8_t{0xFD}, static_cast<std::uint8_t>(*channel)});
  --orders_;
  return true;
}

std::string RelayModel::state() const {
  return "outputs " + std::to_string(outputs_) + " orders " + std::to_string(orders_);
}

}  // namespace inspect::sim
