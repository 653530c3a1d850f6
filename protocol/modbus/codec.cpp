#include "protocol/modbus/codec.hpp"

#include <bit>
#include <cmath>

namespace inspect::modbus {
namespace {

std::uint32_t joined(const PointMap& map, std::span<const std::uint16_t> registers) {
  const std::uint32_t first = registers[0];
  const std::uint32_t second = registers[1];
  return map.order == WordOrder::high_first ? (first << 16) | second : (second << 16) | first;
}

}  // namespace

std::uint16_t width(const PointMap& map) {
  if (is_of_bits(map.table)) return 1;
  return map.type == ValueType::u32 || map.type == ValueType::s32 || map.type == ValueType::f32 ? 2 : 1;
}

Result<Decoded> decode(const PointMap& map, std::span<const std::uint16_t> registers) {
  const auto words = width(map);
  if (registers.size() < words) return fail(Errc::invalid_argument, "fewer registers than the point takes");
  if (is_of_bits(map.table)) {
    const std::uint32_t raw = registers[0] != 0 ? 1 : 0;
    return Decoded{raw * map.scale + map.offset, raw};
  }
  const std::uint32_t raw = words == 2 ? joined(map, registers) : registers[0];
  double number = 0;
  switch (map.type) {
    case ValueType::bit: {
      if (map.bit > 15) return fail(Errc::invalid_argument, "a register has bits 0 to 15");
      const std::uint32_t bit = (raw >> map.bit) & 1U;
      return Decoded{bit * map.scale + map.offset, bit};
    }
    case ValueType::u16:
    case ValueType::u32: number = raw; break;
    case ValueType::s16: number = static_cast<std::int16_t>(registers[0]); break;
    case ValueType::s32: number = static_cast<std::int32_t>(raw); break;
    case ValueType::f32: number = std::bit_cast<float>(raw); break;
  }
  const auto value = number * map.scale + map.offset;
  if (!std::isfinite(value)) return fail(Errc::malformed, "not a finite number");
  return Decoded{value, raw};
}

}  // namespace inspect::modbus
