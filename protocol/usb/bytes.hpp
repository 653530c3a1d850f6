#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace inspect::usb {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// A control transfer as it stands in the eight bytes of its setup packet. Bit 7 of `type` says the direction: set, the
/// device answers with at most `length` bytes.
struct ControlRequest {
  std::uint8_t type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
  std::uint16_t length = 0;

  friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

}  // namespace inspect::usb
