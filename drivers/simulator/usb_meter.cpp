#include "drivers/simulator/usb_meter.hpp"

#include <algorithm>
#include <utility>

namespace inspect::sim {

namespace {

using How = UsbAnswer::How;
constexpr std::size_t head_size = 12;
constexpr std::uint8_t success = 1;
constexpr std::uint8_t not_in_progress = 0x81;

std::size_t little(const usb::Bytes& bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::size_t>(bytes[at + i]) << (8 * i);
  return value;
}

UsbAnswer answer(usb::Bytes bytes) { return {How::ack, std::move(bytes)}; }

}  // namespace

usb::Bytes MeterModel::interface_descriptors() const {
  return {9, 4, 0, 0, 2, 0xFE, 3, 1, 0, 7, 5, 0x02, 2, 64, 0, 0, 7, 5, 0x82, 2, 64, 0, 0};
}

UsbAnswer MeterModel::on_control(const usb::ControlRequest& request, const usb::Bytes&) {
  if (request.type == 0xA2 && (request.request == 1 || request.request == 3)) {
    const bool on_its_way = request.request == 3 && asked_;
    if (request.request == 3) asked_ = false;
    return answer({on_its_way ? success : not_in_progress, tag_});
  }
  if (request.type == 0xA2) return answer({success, 0, 0, 0, 0, 0, 0, 0});
  if (request.type != 0xA1) return {How::stall};
  switch (request.request) {
    case 5:
      ++clears_;
      asked_ = false;
      reply_.clear();
      heard_.clear();
      return answer({success});
    case 6: return answer({success, 0});
    case 7: {
      usb::Bytes capabilities(24, 0);
      capabilities[0] = success;
      capabilities[3] = 1;
      capabilities[14] = 4;
      capabilities[15] = 8;
      return answer(std::move(capabilities));
    }
    case 128:
      return answer(
          {success, static_cast<std::uint8_t>(request.value), reply_.empty() ? std::uint8_t{0} : std::uint8_t{16}});
    case 160: return answer({success});
    default: return {How::stall};
  }
}

UsbAnswer MeterModel::on_out(std::uint8_t, const usb::Bytes& data) {
  const bool whole = data.size() >= head_size && data.size() % 4 == 0;
  if (!whole || data[1] == 0 || data[2] != static_cast<std::uint8_t>(~data[1])) return {How::stall};
  if (data[0] == 1) {
    const auto size = little(data, 4);
    if (size == 0 || size > data.size() - head_size) return {How::stall};
    heard_.append(data.begin() + head_size, data.begin() + static_cast<std::ptrdiff_t>(head_size + size));
    if ((data[8] & 1U) != 0) message(std::exchange(heard_, {}));
  } else if (data[0] == 2) {
    tag_ = data[1];
    wanted_ = little(data, 4);
    asked_ = true;
  } else {
    return {How::stall};
  }
  return {};
}

void MeterModel::message(const std::string& text) {
  auto words = text;
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.pop_back();
  if (words.find('?') == std::string::npos) return;
  ++questions_;
  if (std::exchange(forget_, false)) return;
  const auto known = replies_.find(words);
  if (known != replies_.end()) {
    reply_ = known->second + "\n";
  } else if (words == "*IDN?") {
    reply_ = maker_ + "," + name_ + "," + serial_ + ",1.20\n";
  }
}

std::optional<UsbAnswer> MeterModel::on_in(std::uint8_t, std::size_t most) {
  if (!asked_ || reply_.empty()) return std::nullopt;
  const auto size = std::min({reply_.size(), wanted_, most > head_size ? most - head_size : 0});
  const bool last = size == reply_.size();
  const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>((size >> shift) & 0xFFU); };
  usb::Bytes data{2,        tag_,     static_cast<std::uint8_t>(~tag_),         0, byte(0), byte(8),
                  byte(16), byte(24), last ? std::uint8_t{1} : std::uint8_t{0}, 0, 0,       0};
  data.insert(data.end(), reply_.begin(), reply_.begin() + static_cast<std::ptrdiff_t>(size));
  while (data.size() % 4 != 0) data.push_back(0);
  reply_.erase(0, size);
  asked_ = false;
  return UsbAnswer{How::ack, std::move(data), std::chrono::milliseconds{2}};
}

bool MeterModel::own_act(const std::vector<std::string>& words) {
  if (words[0] == "forget") return forget_ = true;
  if (words[0] != "reply" || words.size() < 3) return false;
  std::string text = words[2];
  for (std::size_t i = 3; i < words.size(); ++i) text += " " + words[i];
  replies_[words[1]] = text;
  return true;
}

void MeterModel::power_up() {
  asked_ = false;
  reply_.clear();
  heard_.clear();
}

std::string MeterModel::state() const {
  return "questions " + std::to_string(questions_) + " clears " + std::to_string(clears_);
}

}  // namespace inspect::sim
