#pragma once

#include "protocol/core/error.hpp"
#include "protocol/modbus/point_map.hpp"

#include <cstdint>
#include <span>

namespace inspect::modbus {

/// A point's value as it was read: in the point's unit, and as the bits that were on the wire.
struct Decoded {
  double value = 0;
  std::uint32_t raw = 0;
};

/// How many registers (or bits, in a bit table) the point takes: 1 or 2.
std::uint16_t width(const PointMap& map);

/// Whether the table holds single bits.
constexpr bool is_of_bits(Table table) { return table == Table::coil || table == Table::discrete_input; }

/// Makes the value from the point's own `width(map)` registers or bits: value = raw * scale + offset, in double, so a
/// 32-bit counter is exact. `invalid_argument` when there are fewer; `malformed` when a float on the wire is not a
/// finite number.
Result<Decoded> decode(const PointMap& map, std::span<const std::uint16_t> registers);

}  // namespace inspect::modbus
