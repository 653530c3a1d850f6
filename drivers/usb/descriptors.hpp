#pragma once

#include "protocol/core/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inspect::drivers {

struct UsbEndpoint {
  enum class Kind : std::uint8_t { control, isochronous, bulk, interrupt };
  std::uint8_t address = 0;  ///< bit 7: towards the host
  Kind kind = Kind::bulk;
  std::uint16_t packet = 0;  ///< most bytes of one packet

  [[nodiscard]] bool is_in() const { return (address & 0x80U) != 0; }
  friend bool operator==(const UsbEndpoint&, const UsbEndpoint&) = default;
};

struct UsbInterface {
  std::uint8_t number = 0;
  std::uint8_t setting = 0;  ///< alternate setting
  std::uint8_t class_code = 0;
  std::uint8_t subclass = 0;
  std::uint8_t protocol = 0;
  std::vector<UsbEndpoint> endpoints;

  [[nodiscard]] std::optional<UsbEndpoint> endpoint(UsbEndpoint::Kind kind, bool in) const;
  friend bool operator==(const UsbInterface&, const UsbInterface&) = default;
};

/// The first configuration of what the kernel keeps in a device's file `descriptors`: the device's own and its
/// configurations. Ours and not libusb's, whose parser follows a null pointer on a crafted one (CVE-2026-23679, in
/// Debian's 1.0.26). Lengths that do not fit, more than 32 interfaces or 32 endpoints of one: `malformed`.
Result<std::vector<UsbInterface>> parse_usb_descriptors(std::span<const std::uint8_t> bytes);

}  // namespace inspect::drivers
