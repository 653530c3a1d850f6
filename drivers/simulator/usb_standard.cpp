#include "drivers/simulator/usb_standard.hpp"

#include <algorithm>
#include <utility>

namespace inspect::sim {

namespace {

using How = UsbAnswer::How;

// Requests of table 9-4.
constexpr std::uint8_t get_status = 0;
constexpr std::uint8_t get_descriptor = 6;
constexpr std::uint8_t get_configuration = 8;
constexpr std::uint8_t get_interface = 10;
// Descriptors of table 9-5, and of HID 1.11, 7.1.
constexpr unsigned device_descriptor = 1;
constexpr unsigned configuration_descriptor = 2;
constexpr unsigned text_descriptor = 3;
constexpr unsigned report_descriptor = 0x22;
constexpr std::ptrdiff_t device_descriptor_size = 18;

UsbAnswer tell(usb::Bytes bytes) {
  return bytes.empty() ? UsbAnswer{How::stall} : UsbAnswer{How::ack, std::move(bytes)};
}

/// UTF-16LE of plain ASCII; number 0 is the list of languages: English.
usb::Bytes text(const UsbModel& model, unsigned number) {
  if (number == 0) return {4, text_descriptor, 0x09, 0x04};
  std::string words;
  if (number == 1) words = model.maker_text();
  if (number == 2) words = model.product_text();
  if (number == 3) words = model.serial_text();
  if (words.empty()) return {};
  words.resize(std::min<std::size_t>(words.size(), 126));
  usb::Bytes bytes{static_cast<std::uint8_t>(2 + 2 * words.size()), text_descriptor};
  for (const char c : words) bytes.insert(bytes.end(), {static_cast<std::uint8_t>(c), 0});
  return bytes;
}

usb::Bytes descriptor(const UsbModel& model, unsigned kind, unsigned number) {
  const auto all = model.descriptors();
  switch (kind) {
    case device_descriptor: return {all.begin(), all.begin() + device_descriptor_size};
    case configuration_descriptor: return {all.begin() + device_descriptor_size, all.end()};
    case text_descriptor: return text(model, number);
    case report_descriptor: return model.report_descriptor();
    default: return {};
  }
}

}  // namespace

std::optional<UsbAnswer> standard_answer(const UsbModel& model, const usb::ControlRequest& request) {
  const bool standard = (request.type & 0x60U) == 0;
  if (!standard) return std::nullopt;
  const bool in = (request.type & 0x80U) != 0;
  if (!in) return UsbAnswer{};  // addresses, configurations, settings, halts: taken note of
  switch (request.request) {
    case get_status: return tell({0, 0});
    case get_descriptor: return tell(descriptor(model, request.value >> 8U, request.value & 0xFFU));
    case get_configuration: return tell({1});
    case get_interface: return tell({0});
    default: return UsbAnswer{How::stall};
  }
}

}  // namespace inspect::sim
