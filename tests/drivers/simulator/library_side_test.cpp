#include "drivers/simulator/library_side.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using tests::Bytes;

TEST_CASE("the library answers reads and writes of our tables, as the golden frames say") {
  auto library = *sim::LibrarySide::make();
  drivers::Profile profile;
  for (std::uint16_t i = 0; i < 8; ++i) {
    profile.points.push_back(tests::point("c", modbus::Table::coil, i, drivers::Role::command));
    profile.points.push_back(tests::point("i", modbus::Table::discrete_input, i, drivers::Role::state));
    profile.points.push_back(tests::point("r", modbus::Table::input_register, i, drivers::Role::measure));
  }
  auto tables = sim::make_tables(profile);
  CHECK(library.answer(Bytes{1, 0, 0, 0, 8}, tables) == Bytes{1, 1, 0});
  CHECK(library.answer(Bytes{2, 0, 0, 0, 8}, tables) == Bytes{2, 1, 0});
  CHECK(library.answer(Bytes{5, 0, 0, 0xFF, 0}, tables) == Bytes{5, 0, 0, 0xFF, 0});
  CHECK(tables.raw(modbus::Table::coil, 0) == 1);
  CHECK(library.answer(Bytes{15, 0, 0, 0, 8, 1, 0xFF}, tables) == Bytes{15, 0, 0, 0, 8});
  CHECK(library.answer(Bytes{1, 0, 0, 0, 8}, tables) == Bytes{1, 1, 0xFF});
  // PZEM: 13.44 V, 0.10 A, 1.3 W, 2 Wh
  const std::vector<std::uint16_t> captured{0x0540, 0x000A, 0x000D, 0, 2, 0, 0, 0};
  for (std::uint16_t i = 0; i < 8; ++i) tables.put(modbus::Table::input_register, i, captured[i]);
  CHECK(library.answer(Bytes{4, 0, 0, 0, 8}, tables) ==
        Bytes{4, 0x10, 0x05, 0x40, 0, 0x0A, 0, 0x0D, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("the library refuses what is outside the tables and keeps answering") {
  auto library = *sim::LibrarySide::make();
  auto tables = sim::make_tables(tests::meter());
  CHECK(library.answer(Bytes{4, 0, 100, 0, 1}, tables) == Bytes{0x84, 2});
  CHECK(library.answer(Bytes{1, 0, 0, 0, 1}, tables) == Bytes{0x81, 2});
  CHECK(library.answer(Bytes{5, 0, 0, 0x12, 0x34}, tables).at(0) == 0x85);
  CHECK(library.answer(Bytes{}, tables).empty());
  CHECK(library.answer(Bytes(300, 3), tables).empty());
  for (int i = 0; i < 1000; ++i) REQUIRE(library.answer(Bytes{4, 0, 0, 0, 1}, tables) == Bytes{4, 2, 0, 0});
}
