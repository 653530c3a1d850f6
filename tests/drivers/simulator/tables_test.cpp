#include "drivers/simulator/tables.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using modbus::Table;
using modbus::ValueType;
using modbus::WordOrder;

namespace {

sim::Tables with(modbus::PointMap map, std::uint16_t hole = 8) {
  drivers::Profile profile;
  profile.limits.largest_hole = hole;
  auto spec = tests::point("p", map.table, map.address, drivers::Role::measure);
  spec.map = map;
  profile.points = {spec};
  return sim::make_tables(profile);
}

}  // namespace

TEST_CASE("a table holds what the profile names, small holes between included, and nothing else") {
  drivers::Profile profile;
  profile.limits.largest_hole = 2;
  for (const std::uint16_t address : std::vector<std::uint16_t>{10, 13, 20}) {
    profile.points.push_back(tests::point("p", Table::holding_register, address, drivers::Role::measure));
  }
  const auto tables = sim::make_tables(profile);
  CHECK(tables.covers(Table::holding_register, 10, 4));
  CHECK(tables.covers(Table::holding_register, 20, 1));
  CHECK_FALSE(tables.covers(Table::holding_register, 13, 2));
  CHECK_FALSE(tables.covers(Table::holding_register, 10, 11));
  CHECK_FALSE(tables.covers(Table::holding_register, 9, 1));
  CHECK_FALSE(tables.covers(Table::holding_register, 20, 2));
  CHECK_FALSE(tables.covers(Table::holding_register, 10, 0));
  CHECK_FALSE(tables.covers(Table::input_register, 10, 1));
}

TEST_CASE("points that lie over each other or out of order make one run") {
  drivers::Profile profile;
  profile.limits.largest_hole = 0;
  auto wide = tests::point("wide", Table::input_register, 4, drivers::Role::measure);
  wide.map.type = ValueType::u32;
  profile.points = {wide, tests::point("inner", Table::input_register, 5, drivers::Role::measure),
                    tests::point("before", Table::input_register, 3, drivers::Role::measure)};
  const auto tables = sim::make_tables(profile);
  CHECK(tables.covers(Table::input_register, 3, 3));
  CHECK_FALSE(tables.covers(Table::input_register, 3, 4));
}

TEST_CASE("a 32-bit value at the very last register does not run out of the address space") {
  const auto tables = with({Table::holding_register, 0xFFFF, ValueType::u32, WordOrder::high_first, 0, 1, 0});
  CHECK(tables.covers(Table::holding_register, 0xFFFF, 1));
  CHECK_FALSE(tables.covers(Table::holding_register, 0xFFFF, 2));
}

TEST_CASE("values come back as they were put in, for every type and both word orders") {
  struct Row {
    ValueType type;
    double scale;
    double offset;
    double value;
  };
  const std::vector<Row> rows{{ValueType::u16, 0.01, 0, 13.44},   {ValueType::s16, 0.1, 0, -12.5},
                              {ValueType::u32, 0.1, 0, 123456.7}, {ValueType::s32, 1, 0, -100000},
                              {ValueType::f32, 1, 0, 0.5},        {ValueType::u16, 1, -40, -12}};
  for (const auto& row : rows) {
    for (const auto order : {WordOrder::high_first, WordOrder::low_first}) {
      const modbus::PointMap map{Table::input_register, 7, row.type, order, 0, row.scale, row.offset};
      auto tables = with(map);
      sim::encode(tables, map, row.value);
      CHECK(sim::decode(tables, map) == doctest::Approx(row.value));
    }
  }
}

TEST_CASE("the PZEM sends the low word first and the WB-MR6C the high word") {
  modbus::PointMap map{Table::input_register, 2, ValueType::u32, WordOrder::low_first, 0, 1, 0};
  auto tables = with(map);
  sim::encode(tables, map, 0x00010002);
  CHECK(tables.raw(Table::input_register, 2) == 2);
  CHECK(tables.raw(Table::input_register, 3) == 1);
  map.order = WordOrder::high_first;
  sim::encode(tables, map, 0x00010002);
  CHECK(tables.raw(Table::input_register, 2) == 1);
  CHECK(tables.raw(Table::input_register, 3) == 2);
}

TEST_CASE("what a type cannot carry is held at its end, and no number is zero") {
  const modbus::PointMap map{Table::input_register, 0, ValueType::u16, WordOrder::high_first, 0, 0.01, 0};
  auto tables = with(map);
  sim::encode(tables, map, 1e9);
  CHECK(tables.raw(Table::input_register, 0) == 0xFFFF);
  sim::encode(tables, map, -1);
  CHECK(tables.raw(Table::input_register, 0) == 0);
  sim::encode(tables, map, std::numeric_limits<double>::quiet_NaN());
  CHECK(tables.raw(Table::input_register, 0) == 0);
}

TEST_CASE("a bit of a register leaves its neighbours alone") {
  const modbus::PointMap alarm{Table::holding_register, 0x1B, ValueType::bit, WordOrder::high_first, 1, 1, 0};
  auto tables = with(alarm);
  tables.put(Table::holding_register, 0x1B, 0x0005);
  sim::encode(tables, alarm, 1);
  CHECK(tables.raw(Table::holding_register, 0x1B) == 0x0007);
  sim::encode(tables, alarm, 0);
  CHECK(tables.raw(Table::holding_register, 0x1B) == 0x0005);
  CHECK(sim::decode(tables, alarm) == 0);
}

TEST_CASE("a cell that is not there reads 0 and takes nothing") {
  sim::Tables tables;
  tables.put(Table::coil, 3, 1);
  CHECK(tables.raw(Table::coil, 3) == 0);
}
