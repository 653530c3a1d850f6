#include "drivers/modbus_device/overheard_device.hpp"

#include "protocol/modbus/codec.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using modbus::Heard;
using modbus::Request;
using modbus::Table;

namespace {

PointSpec spec(const char* name, Table table, std::uint16_t address, modbus::ValueType type = modbus::ValueType::u16) {
  PointSpec made;
  made.name = name;
  made.map.table = table;
  made.map.address = address;
  made.map.type = type;
  return made;
}

/// Registers 10 and 11, a 32-bit counter at 12, and a coil 10.
Profile small_profile() {
  Profile profile;
  profile.points = {spec("a", Table::holding_register, 10), spec("b", Table::holding_register, 11),
                    spec("total", Table::holding_register, 12, modbus::ValueType::u32),
                    spec("relay", Table::coil, 10, modbus::ValueType::bit)};
  return profile;
}

Heard ending(Heard::What what, const Request& question, std::vector<std::uint16_t> values = {}) {
  Heard heard;
  heard.what = what;
  heard.unit = question.unit;
  heard.function = question.function;
  heard.question = question;
  heard.answer.values = std::move(values);
  return heard;
}

}  // namespace

TEST_CASE("an overheard read becomes readings of the points that it covers whole, and of no others") {
  const auto model = small_profile();
  const OverheardDevice device(5, model);
  const auto outcome = device.take(ending(Heard::What::answer, {5, 3, 11, 2, {}}, {42, 7}));
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  REQUIRE(outcome->values.size() == 1);  // half of the counter is no counter
  CHECK(outcome->values[0].point == 1);
  CHECK(outcome->values[0].value == 42);
  CHECK(device.covered({5, 3, 0, 125, {}}) == std::vector<std::size_t>{0, 1, 2});
  CHECK(device.covered({5, 1, 10, 1, {}}) == std::vector<std::size_t>{3});
  CHECK(device.covered({5, 4, 10, 4, {}}).empty());
}

TEST_CASE("silence and damage are failures of the points that were asked for") {
  const auto model = small_profile();
  const OverheardDevice device(5, model);
  auto silence = ending(Heard::What::unanswered, {5, 3, 10, 1, {}});
  auto outcome = device.take(silence);
  REQUIRE(outcome);
  CHECK(outcome->failure->code == Errc::timeout);
  REQUIRE(outcome->values.size() == 1);
  CHECK(outcome->values[0].reason == Reason::no_answer);
  silence.corrupt = true;
  outcome = device.take(silence);
  CHECK(outcome->failure->code == Errc::corrupt_frame);
  CHECK(outcome->values[0].reason == Reason::line);
}

TEST_CASE("a refusal speaks of points that are known, and otherwise only of life") {
  const auto model = small_profile();
  const OverheardDevice device(5, model);
  auto refusal = ending(Heard::What::refusal, {5, 3, 10, 1, {}});
  refusal.answer.exception = 2;
  auto outcome = device.take(refusal);
  REQUIRE(outcome);
  CHECK(outcome->failure->code == Errc::unsupported_point);
  CHECK(outcome->values[0].reason == Reason::refused);
  refusal.answer.exception = 6;
  CHECK(device.take(refusal)->values[0].quality == Quality::uncertain);
  // The exam host asks for registers that the board does not have: no fault of the board.
  refusal.question = Request{5, 3, 900, 1, {}};
  refusal.answer.exception = 2;
  outcome = device.take(refusal);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(outcome->values.empty());
}

TEST_CASE("an answer in doubt gives no value, and shows that the device lives") {
  const auto model = small_profile();
  const OverheardDevice device(5, model);
  auto doubtful = ending(Heard::What::answer, {5, 3, 10, 1, {}}, {42});
  doubtful.doubtful = true;
  const auto outcome = device.take(doubtful);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(outcome->values.empty());
}

TEST_CASE("other units, writes, questions and noise tell nothing") {
  const auto model = small_profile();
  const OverheardDevice device(5, model);
  CHECK_FALSE(device.take(ending(Heard::What::answer, {6, 3, 10, 1, {}}, {42})));
  CHECK_FALSE(device.take(ending(Heard::What::question, {5, 3, 10, 1, {}})));
  CHECK_FALSE(device.take(ending(Heard::What::answer, {5, 6, 10, 1, {42}}, {})));
  // A write asked twice looks like a write answered, and one never answered like one that was not heard.
  CHECK_FALSE(device.take(ending(Heard::What::unanswered, {5, 6, 10, 1, {42}})));
  CHECK_FALSE(device.take(Heard{}));
}
