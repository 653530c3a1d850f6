#include "protocol/modbus/codec.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <limits>

using namespace inspect;
using namespace inspect::modbus;

namespace {

double value(PointMap map, std::vector<std::uint16_t> registers) { return decode(map, registers).value().value; }

PointMap of(ValueType type, WordOrder order = WordOrder::high_first) {
  PointMap map;
  map.type = type;
  map.order = order;
  return map;
}

std::vector<std::uint16_t> words(float number) {
  const auto raw = std::bit_cast<std::uint32_t>(number);
  return {static_cast<std::uint16_t>(raw >> 16), static_cast<std::uint16_t>(raw & 0xFFFF)};
}

}  // namespace

TEST_CASE("integers of 16 and 32 bits are exact at their ends") {
  CHECK(value(of(ValueType::u16), {0xFFFF}) == 65535);
  CHECK(value(of(ValueType::s16), {0xFFFF}) == -1);
  CHECK(value(of(ValueType::s16), {0x8000}) == -32768);
  CHECK(value(of(ValueType::u32), {0xFFFF, 0xFFFF}) == 4294967295.0);
  CHECK(value(of(ValueType::s32), {0x8000, 0}) == -2147483648.0);
  CHECK(value(of(ValueType::s32), {0xFFFF, 0xFFFE}) == -2);
}

TEST_CASE("both word orders are read") {
  CHECK(value(of(ValueType::u32), {0x0001, 0x0002}) == 65538);
  CHECK(value(of(ValueType::u32, WordOrder::low_first), {0x0002, 0x0001}) == 65538);
  // PZEM: energy 2 Wh is sent as 00 02, 00 00.
  CHECK(value(of(ValueType::u32, WordOrder::low_first), {2, 0}) == 2);
  CHECK(value(of(ValueType::f32), words(1.5F)) == 1.5);
}

TEST_CASE("scale and offset make the value, and the raw bits stay what they were") {
  auto map = of(ValueType::u16);
  map.scale = 0.01;
  map.offset = -40;
  const auto decoded = decode(map, std::vector<std::uint16_t>{1344}).value();
  CHECK(decoded.value == doctest::Approx(-26.56));
  CHECK(decoded.raw == 1344);
}

TEST_CASE("a float that is no number is malformed, not a reading") {
  for (const auto number : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
    const auto decoded = decode(of(ValueType::f32), words(number));
    REQUIRE(decoded.has_error());
    CHECK(decoded.error().code == Errc::malformed);
  }
  auto map = of(ValueType::f32);
  map.scale = 1e300;
  CHECK(decode(map, words(std::numeric_limits<float>::max())).has_error());
}

TEST_CASE("a bit is read from its register or its table") {
  auto map = of(ValueType::bit);
  for (std::uint8_t bit = 0; bit < 16; ++bit) {
    map.bit = bit;
    CHECK(value(map, {static_cast<std::uint16_t>(1U << bit)}) == 1);
    CHECK(value(map, {static_cast<std::uint16_t>(~(1U << bit))}) == 0);
  }
  map.bit = 16;
  CHECK(decode(map, std::vector<std::uint16_t>{1}).has_error());
  map.bit = 0;
  map.table = Table::coil;
  CHECK(value(map, {1}) == 1);
  CHECK(value(map, {0}) == 0);
}

TEST_CASE("an inverted bit is a scale of -1 and an offset of 1") {
  PointMap map{Table::discrete_input, 0, ValueType::bit, WordOrder::high_first, 0, -1, 1};
  CHECK(value(map, {0}) == 1);
  CHECK(value(map, {1}) == 0);
}

TEST_CASE("a point never reads past what came") {
  CHECK(decode(of(ValueType::u16), {}).has_error());
  CHECK(decode(of(ValueType::u32), std::vector<std::uint16_t>{1}).has_error());
  CHECK(width(of(ValueType::f32)) == 2);
  CHECK(width(of(ValueType::s16)) == 1);
  auto coil = of(ValueType::u32);
  coil.table = Table::coil;
  CHECK(width(coil) == 1);
}
