#pragma once

#include <cstdint>

namespace inspect::modbus {

/// The four tables of the Modbus data model.
enum class Table : std::uint8_t { coil, discrete_input, input_register, holding_register };

/// How a point lies in its registers. `bit` in a register table is one bit of one register.
enum class ValueType : std::uint8_t { bit, u16, s16, u32, s32, f32 };

/// Order of the two registers of a 32-bit value: PZEM sends the low word first, WB-MR6C the high one.
enum class WordOrder : std::uint8_t { high_first, low_first };

/// Where one value of a device lies on the wire, and what it means: value = raw * scale + offset.
struct PointMap {
  Table table = Table::holding_register;
  std::uint16_t address = 0;  ///< as on the wire, from 0
  ValueType type = ValueType::u16;
  WordOrder order = WordOrder::high_first;
  std::uint8_t bit = 0;  ///< for `bit` in a register: 0 is the lowest
  double scale = 1;
  double offset = 0;

  friend bool operator==(const PointMap&, const PointMap&) = default;
};

/// What a device can bear; from its profile.
struct DeviceLimits {
  std::uint16_t registers_per_read = 125;
  std::uint16_t bits_per_read = 2000;
  std::uint16_t largest_hole = 8;  ///< unused registers that may be read along rather than asking twice
  std::uint32_t answer_ms = 1000;  ///< longest time to the first character of an answer
  std::uint32_t gap_ms = 0;        ///< silence the device needs beyond 3.5 characters
  std::uint8_t connections = 1;    ///< TCP connections the device bears at a time
};

}  // namespace inspect::modbus
