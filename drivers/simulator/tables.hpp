#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/modbus/point_map.hpp"

#include <cstdint>
#include <vector>

namespace inspect::sim {

/// One of the four tables: a run of addresses from `first`. Cells that nobody may read are holes, as in a real device.
template <class Cell>
struct Run {
  std::uint16_t first = 0;
  std::vector<Cell> cells;
  std::vector<bool> there;
};

/// The data of one played device, laid out from its profile. Bits hold 0 or 1.
struct Tables {
  Run<std::uint8_t> coils;
  Run<std::uint8_t> inputs;
  Run<std::uint16_t> input_registers;
  Run<std::uint16_t> holding_registers;

  /// Every address from `address` on is there. A quantity of 0 never is.
  [[nodiscard]] bool covers(modbus::Table table, std::uint16_t address, std::size_t quantity) const;
  /// The raw cell; 0 for an address that is not there.
  [[nodiscard]] std::uint16_t raw(modbus::Table table, std::uint16_t address) const;
  /// Ignored for an address that is not there.
  void put(modbus::Table table, std::uint16_t address, std::uint16_t value);
};

/// Registers or bits that one value takes.
std::uint16_t width(const modbus::PointMap& map);

/// All zero. Holes up to the profile's `largest_hole` can be read along, wider ones are refused.
Tables make_tables(const drivers::Profile& profile);

/// Writes a value in the point's unit; it is rounded to the nearest count and held inside what the type can carry.
void encode(Tables& tables, const modbus::PointMap& map, double value);

/// The value in the point's unit.
double decode(const Tables& tables, const modbus::PointMap& map);

}  // namespace inspect::sim
