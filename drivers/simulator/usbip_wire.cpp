#include "drivers/simulator/usbip_wire.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace inspect::sim {

namespace {

using How = UsbAnswer::How;

constexpr std::uint16_t version = 0x0111;
constexpr std::uint16_t ask_list = 0x8005;
constexpr std::uint16_t ask_import = 0x8003;
constexpr std::uint16_t tell_list = 0x0005;
constexpr std::uint16_t tell_import = 0x0003;
constexpr std::uint32_t submit = 1;
constexpr std::uint32_t unlink = 2;
constexpr std::uint32_t ended = 3;
constexpr std::uint32_t unlinked = 4;
constexpr std::uint32_t longest_transfer = 64U << 10U;
constexpr std::uint32_t not_isochronous = 0xFFFFFFFF;
constexpr std::size_t path_size = 256;
constexpr std::size_t interface_place = 18 + 9;  ///< in the descriptors: behind the device's and the configuration's
// The kernel's numbers of speeds, and of errors as they are in Linux.
constexpr std::uint32_t low_speed = 1;
constexpr std::uint32_t full_speed = 2;
constexpr std::int32_t stalled = -32;
constexpr std::int32_t damaged = -71;
constexpr std::int32_t babbled = -75;
constexpr std::int32_t taken_back = -104;

void put16(usb::Bytes& to, std::uint32_t value) {
  to.insert(to.end(), {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)});
}
void put32(usb::Bytes& to, std::uint32_t value) {
  put16(to, value >> 16U);
  put16(to, value & 0xFFFFU);
}
void put_text(usb::Bytes& to, const std::string& text, std::size_t size) {
  to.insert(to.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), size - 1)));
  to.resize(to.size() + size - std::min(text.size(), size - 1));
}
std::uint32_t get16(usb::BytesView from, std::size_t at) { return (std::uint32_t{from[at]} << 8U) | from[at + 1]; }
std::uint32_t get32(usb::BytesView from, std::size_t at) { return (get16(from, at) << 16U) | get16(from, at + 2); }
std::uint16_t little16(usb::BytesView from, std::size_t at) {
  return static_cast<std::uint16_t>(from[at] | (from[at + 1] << 8U));
}

std::uint32_t number(const std::string& text, std::size_t from) {
  std::uint32_t value = 0;
  std::from_chars(text.data() + std::min(from, text.size()), text.data() + text.size(), value);
  return value;
}

/// `usbip_usb_device`. Bus and device are the client's to use as one number; "1-3" becomes 1 and 3.
void put_device(usb::Bytes& to, const UsbipOffer& offer) {
  const auto descriptors = offer.model->descriptors();
  put_text(to, "/sys/devices/sitesim/" + offer.bus_id, path_size);
  put_text(to, offer.bus_id, usbip_bus_id_size);
  put32(to, number(offer.bus_id, 0));
  put32(to, number(offer.bus_id, offer.bus_id.find_last_of("-.") + 1));
  put32(to, offer.model->low_speed() ? low_speed : full_speed);
  put16(to, little16(descriptors, 8));
  put16(to, little16(descriptors, 10));
  put16(to, little16(descriptors, 12));
  // Class, subclass, protocol; the configuration in use; numbers of configurations and interfaces.
  to.insert(to.end(), {descriptors[4], descriptors[5], descriptors[6], 1, 1, 1});
}

usb::Bytes head(std::uint16_t code, bool done) {
  usb::Bytes bytes;
  put16(bytes, version);
  put16(bytes, code);
  put32(bytes, done ? 0 : 1);
  return bytes;
}

std::int32_t status_of(How how) {
  switch (how) {
    case How::stall: return stalled;
    case How::damaged: return damaged;
    case How::babble: return babbled;
    case How::ack:
    case How::hang: break;
  }
  return 0;
}

}  // namespace

std::optional<UsbipRequest> parse_usbip_request(usb::BytesView bytes) {
  if (bytes.size() < usbip_request_size || get16(bytes, 0) != version) return std::nullopt;
  if (get16(bytes, 2) == ask_list) return UsbipRequest::list;
  if (get16(bytes, 2) == ask_import) return UsbipRequest::import;
  return std::nullopt;
}

usb::Bytes usbip_list(const std::vector<UsbipOffer>& offers) {
  auto bytes = head(tell_list, true);
  put32(bytes, static_cast<std::uint32_t>(offers.size()));
  for (const auto& offer : offers) {
    put_device(bytes, offer);
    const auto descriptors = offer.model->descriptors();
    bytes.insert(bytes.end(), {descriptors[interface_place + 5], descriptors[interface_place + 6],
                               descriptors[interface_place + 7], 0});
  }
  return bytes;
}

usb::Bytes usbip_import(const std::optional<UsbipOffer>& offer) {
  auto bytes = head(tell_import, offer.has_value());
  if (offer) put_device(bytes, *offer);
  return bytes;
}

std::optional<UsbipCommand> parse_usbip_command(usb::BytesView bytes) {
  if (bytes.size() < usbip_command_size) return std::nullopt;
  UsbipCommand command;
  const auto code = get32(bytes, 0);
  command.seq = get32(bytes, 4);
  if (code == unlink) {
    command.unlink = true;
    command.taken_back = get32(bytes, 20);
    return command;
  }
  command.in = get32(bytes, 12) != 0;
  const auto endpoint = get32(bytes, 16);
  command.length = get32(bytes, 24);
  const auto packets = get32(bytes, 32);
  const bool isochronous = packets != 0 && packets != not_isochronous;
  if (code != submit || endpoint > 15 || command.length > longest_transfer || isochronous) return std::nullopt;
  command.endpoint = static_cast<std::uint8_t>(endpoint);
  command.setup = {bytes[40], bytes[41], little16(bytes, 42), little16(bytes, 44), little16(bytes, 46)};
  return command;
}

usb::Bytes usbip_ended(const UsbipCommand& command, const UsbAnswer& answer) {
  const auto status = status_of(answer.how);
  const auto came = std::min<std::size_t>(answer.bytes.size(), command.length);
  const auto count = status != 0 ? 0 : command.in ? came : std::size_t{command.length};
  usb::Bytes bytes;
  put32(bytes, ended);
  put32(bytes, command.seq);
  bytes.resize(20);  // device, direction and endpoint are 0 in an answer
  put32(bytes, static_cast<std::uint32_t>(status));
  put32(bytes, static_cast<std::uint32_t>(count));
  put32(bytes, 0);
  put32(bytes, not_isochronous);
  bytes.resize(usbip_command_size);
  if (command.in)
    bytes.insert(bytes.end(), answer.bytes.begin(), answer.bytes.begin() + static_cast<std::ptrdiff_t>(count));
  return bytes;
}

usb::Bytes usbip_unlinked(std::uint32_t seq, bool in_time) {
  usb::Bytes bytes;
  put32(bytes, unlinked);
  put32(bytes, seq);
  bytes.resize(20);
  put32(bytes, static_cast<std::uint32_t>(in_time ? taken_back : 0));
  bytes.resize(usbip_command_size);
  return bytes;
}

}  // namespace inspect::sim
