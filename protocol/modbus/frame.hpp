#pragma once

#include "protocol/core/error.hpp"
#include "protocol/modbus/point_map.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inspect::modbus {

/// A question to one unit, independent of the transport.
struct Request {
  std::uint8_t unit = 1;
  std::uint8_t function = 3;  ///< 1, 2, 3, 4, 5, 6, 15, 16
  std::uint16_t address = 0;
  std::uint16_t quantity = 1;         ///< reads and multiple writes
  std::vector<std::uint16_t> values;  ///< writes: registers, or 0/1 for coils

  friend bool operator==(const Request&, const Request&) = default;
};

/// What came back: registers, or bits as 0/1. `exception` is set when the device refused.
struct Answer {
  std::vector<std::uint16_t> values;
  std::optional<std::uint8_t> exception;

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace inspect::modbus
