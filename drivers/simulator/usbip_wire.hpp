#pragma once

#include "drivers/simulator/usb_model.hpp"
#include "protocol/usb/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspect::sim {

// USB/IP 1.1.1 as the kernel documents it (Documentation/usb/usbip_protocol.rst): all numbers big-endian.

constexpr std::size_t usbip_request_size = 8;   ///< of what a client asks before it has a device
constexpr std::size_t usbip_bus_id_size = 32;   ///< follows a request for import
constexpr std::size_t usbip_command_size = 48;  ///< of what it says when it has one

enum class UsbipRequest : std::uint8_t { list, import };
/// The head of a request; nothing: it is none, or of another version.
std::optional<UsbipRequest> parse_usbip_request(usb::BytesView bytes);

/// A device as it is offered.
struct UsbipOffer {
  std::string bus_id;  ///< "1-1"
  const UsbModel* model = nullptr;
};
usb::Bytes usbip_list(const std::vector<UsbipOffer>& offers);
/// Nothing offered: refused.
usb::Bytes usbip_import(const std::optional<UsbipOffer>& offer);

/// A transfer that the host begins, or takes back.
struct UsbipCommand {
  bool unlink = false;
  std::uint32_t seq = 0;
  bool in = false;
  std::uint8_t endpoint = 0;
  std::uint32_t length = 0;      ///< of its buffer
  usb::ControlRequest setup;     ///< endpoint 0
  std::uint32_t taken_back = 0;  ///< unlink: the other's number
};
/// Nothing: it is no command, or asks for what no device here has (isochronous transfers, over 64 KiB).
std::optional<UsbipCommand> parse_usbip_command(usb::BytesView bytes);

/// How a transfer ended.
usb::Bytes usbip_ended(const UsbipCommand& command, const UsbAnswer& answer);
/// `in_time`: it was still on its way.
usb::Bytes usbip_unlinked(std::uint32_t seq, bool in_time);

}  // namespace inspect::sim
