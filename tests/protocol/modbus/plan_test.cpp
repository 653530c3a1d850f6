#include "protocol/modbus/plan.hpp"
#include "protocol/modbus/codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;

namespace {

PointMap at(std::uint16_t address, ValueType type = ValueType::u16, Table table = Table::holding_register) {
  PointMap map;
  map.table = table;
  map.address = address;
  map.type = type;
  return map;
}

std::multiset<std::size_t> points_of(const ReadPlan& plan) {
  std::multiset<std::size_t> points;
  for (const auto& block : plan.blocks()) points.insert(block.points.begin(), block.points.end());
  return points;
}

constexpr BootTime start{1h};

}  // namespace

TEST_CASE("neighbours share a block and a small hole is read along") {
  const std::vector<PointMap> points{at(0), at(1), at(2, ValueType::f32), at(10)};
  DeviceLimits limits;
  limits.largest_hole = 6;
  const ReadPlan bridged(points, limits);
  REQUIRE(bridged.blocks().size() == 1);
  CHECK(bridged.blocks()[0].address == 0);
  CHECK(bridged.blocks()[0].quantity == 11);
  CHECK(bridged.blocks()[0].request(9) == Request{9, 3, 0, 11, {}});

  limits.largest_hole = 5;
  const ReadPlan apart(points, limits);
  REQUIRE(apart.blocks().size() == 2);
  CHECK(apart.blocks()[0].quantity == 4);
  CHECK(apart.blocks()[1].address == 10);
}

TEST_CASE("a board that bears one register a read is asked for one, and a wider value is still read whole") {
  const std::vector<PointMap> points{at(1), at(2), at(3), at(4, ValueType::u32)};
  DeviceLimits limits;
  limits.registers_per_read = 1;
  const ReadPlan plan(points, limits);
  REQUIRE(plan.blocks().size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK(plan.blocks()[i].quantity == 1);
  CHECK(plan.blocks()[3].quantity == 2);
}

TEST_CASE("tables and periods never mix") {
  const std::vector<PointMap> points{at(0), at(1, ValueType::u16, Table::input_register),
                                     at(0, ValueType::bit, Table::coil), at(1, ValueType::bit, Table::discrete_input),
                                     at(1)};
  const std::vector<std::chrono::milliseconds> periods{1s, 1s, 1s, 1s, 10s};
  const ReadPlan plan(points, {}, periods);
  CHECK(plan.blocks().size() == 5);
  for (const auto& block : plan.blocks()) {
    CHECK(block.points.size() == 1);
    CHECK(block.period == periods[block.points[0]]);
  }
}

TEST_CASE("whatever the map, every point is read once, whole, and no limit is passed") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    DeviceLimits limits;
    limits.registers_per_read = static_cast<std::uint16_t>(2 + random() % 30);
    limits.bits_per_read = static_cast<std::uint16_t>(1 + random() % 40);
    limits.largest_hole = static_cast<std::uint16_t>(random() % 10);
    std::vector<PointMap> points;
    for (std::size_t i = random() % 60; i > 0; --i) {
      points.push_back(at(static_cast<std::uint16_t>(random() % 200), static_cast<ValueType>(random() % 6),
                          static_cast<Table>(random() % 4)));
    }
    ReadPlan plan(points, limits);
    // Refuse at random as well: what is in the plan or away is still every point, once.
    for (std::size_t i = random() % 20; i > 0 && !plan.blocks().empty(); --i) {
      plan.give_way(random() % plan.blocks().size(), start);
    }
    CHECK(plan.blocks().empty() == points.empty());
    auto seen = points_of(plan);
    for (const auto point : plan.refused_points()) seen.insert(point);
    REQUIRE(seen.size() == points.size());
    CHECK(std::set<std::size_t>(seen.begin(), seen.end()).size() == points.size());
    for (const auto& block : plan.blocks()) {
      CHECK(block.quantity <= (is_of_bits(block.table) ? limits.bits_per_read : limits.registers_per_read));
      CHECK(check(block.request(1)).has_value());
      for (const auto point : block.points) {
        CHECK(points[point].address >= block.address);
        CHECK(points[point].address + width(points[point]) <= block.address + block.quantity);
        CHECK(points[point].table == block.table);
      }
    }
  }
}

TEST_CASE("a block that gives way is split at its holes first, then by halves, and a lone unknown point leaves") {
  const std::vector<PointMap> points{at(0), at(1), at(2), at(3), at(6), at(7)};
  ReadPlan plan(points, {});
  REQUIRE(plan.blocks().size() == 1);
  CHECK(plan.give_way(0, start) == ReadPlan::Refusal::split);
  REQUIRE(plan.blocks().size() == 2);
  CHECK(plan.blocks()[0].quantity == 4);
  CHECK(plan.blocks()[1].address == 6);

  CHECK(plan.give_way(0, start) == ReadPlan::Refusal::split);
  REQUIRE(plan.blocks().size() == 3);
  CHECK(plan.blocks()[0].points == std::vector<std::size_t>{0, 1});
  CHECK(plan.blocks()[1].points == std::vector<std::size_t>{2, 3});

  CHECK(plan.give_way(1, start) == ReadPlan::Refusal::split);
  CHECK(plan.give_way(2, start) == ReadPlan::Refusal::left);
  CHECK(plan.refused_points() == std::vector<std::size_t>{3});
  CHECK(points_of(plan) == std::multiset<std::size_t>{0, 1, 2, 4, 5});
}

TEST_CASE("a lone point that has answered before stays, and so does the last block") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(100)}, {});
  plan.answered(0, start);
  CHECK_FALSE(plan.may_give_way(0));
  CHECK(plan.give_way(0, start) == ReadPlan::Refusal::kept);
  CHECK(plan.may_give_way(1));
  CHECK(plan.give_way(1, start) == ReadPlan::Refusal::left);

  ReadPlan alone(std::vector<PointMap>{at(0)}, {});
  CHECK_FALSE(alone.may_give_way(0));
  CHECK(alone.give_way(0, start) == ReadPlan::Refusal::kept);
  CHECK(alone.blocks().size() == 1);
}

TEST_CASE("what left is tried after 5 s, then after twice as long each time, never more than 10 min apart") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(100)}, {});
  plan.give_way(1, start);
  auto now = start;
  std::chrono::seconds pause = shortest_refused_pause;
  for (int i = 0; i < 12; ++i) {
    CHECK_FALSE(plan.due(now + pause - 1ns).has_value());
    now += pause;
    const auto shape = plan.due(now);
    REQUIRE(shape.has_value());
    CHECK(shape->points == std::vector<std::size_t>{1});
    plan.not_yet(*shape, true, now);
    pause = std::min<std::chrono::seconds>(2 * pause, longest_refused_pause);
  }
  CHECK(pause == longest_refused_pause);
  plan.take_back(*plan.due(now + pause), now);
  CHECK(plan.refused_points().empty());
  CHECK(plan.blocks().size() == 2);
  CHECK_FALSE(plan.due(now + 24h).has_value());
}

TEST_CASE("while the device refuses everything the pause does not grow") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(100)}, {});
  plan.give_way(1, start);
  auto now = start;
  for (int i = 0; i < 12; ++i) {
    now += shortest_refused_pause;
    REQUIRE(plan.due(now).has_value());
    plan.not_yet(*plan.due(now), false, now);
  }
}

TEST_CASE("a block that was split is whole again when it answers, with all that was missing of it") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(1), at(2), at(3)}, {});
  const auto whole = plan.blocks()[0];
  plan.give_way(0, start);
  plan.give_way(1, start);
  CHECK(plan.give_way(2, start) == ReadPlan::Refusal::left);
  REQUIRE(plan.due(start + 5s).has_value());
  CHECK(*plan.due(start + 5s) == whole);  // the largest first
  plan.take_back(whole, start + 5s);
  CHECK(plan.blocks() == std::vector<Block>{whole});
  CHECK_FALSE(plan.due(start + 24h).has_value());
}

TEST_CASE("an answer after nothing but refusals has everything tried at once; one block's refusals do not") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(100), at(200)}, {});
  plan.give_way(2, start);
  for (int i = 0; i < 8; ++i) plan.not_yet(*plan.due(start + 24h), true, start);
  plan.refused(0);
  plan.answered(1, start + 1s);
  CHECK_FALSE(plan.due(start + 1s).has_value());
  plan.refused(1);
  CHECK(plan.all_refused());
  plan.answered(0, start + 2s);
  CHECK(plan.due(start + 2s).has_value());
}

TEST_CASE("witnesses are the block's own pieces, then the others', known ones first, and never the question itself") {
  ReadPlan plan(std::vector<PointMap>{at(0), at(1), at(100), at(200)}, {});
  plan.answered(2, start);
  const auto asked = [](const std::vector<Block>& witnesses) {
    std::vector<std::uint16_t> addresses(witnesses.size());
    std::transform(witnesses.begin(), witnesses.end(), addresses.begin(), [](const Block& b) { return b.address; });
    return addresses;
  };
  CHECK(asked(plan.witnesses(0)) == std::vector<std::uint16_t>{0, 1, 200, 100});
  CHECK(asked(plan.witnesses(1)) == std::vector<std::uint16_t>{200, 0, 1});
  CHECK(ReadPlan(std::vector<PointMap>{at(0)}, {}).witnesses(0).empty());
}

TEST_CASE("points that share a register are never torn apart") {
  auto low = at(4, ValueType::bit);
  auto high = at(4, ValueType::bit);
  high.bit = 9;
  ReadPlan plan(std::vector<PointMap>{low, high, at(100)}, {});
  REQUIRE(plan.blocks().size() == 2);
  CHECK(plan.blocks()[0].quantity == 1);
  CHECK(plan.give_way(0, start) == ReadPlan::Refusal::left);
  CHECK(plan.refused_points() == std::vector<std::size_t>{0, 1});
}

TEST_CASE("a device without points has an empty plan") {
  ReadPlan plan({}, {});
  CHECK(plan.blocks().empty());
  CHECK_FALSE(plan.due(start).has_value());
}
