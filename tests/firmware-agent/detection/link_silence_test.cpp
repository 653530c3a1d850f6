// Silence of one, of several and of all, as the link watch judges it.
#include "tests/firmware-agent/detection/watched_line.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

using Devices = std::vector<DeviceIndex>;
Devices devices(std::initializer_list<std::uint32_t> numbers) {
  Devices list;
  for (const auto n : numbers) list.push_back(DeviceIndex(n));
  return list;
}

}  // namespace

TEST_CASE("devices that fall silent together are one finding that names them, until all are back") {
  WatchedLine line({6});
  line.rounds(3);
  line.rounds(20, {1, 2, 4});
  line.wait(6s);
  REQUIRE(line.only(LinkFault::branch_cut));
  CHECK(line.told.front().devices == devices({1, 2, 4}));
  CHECK(line.told.front().count == 3);
  CHECK(line.links.behind(DeviceIndex(2)));
  CHECK_FALSE(line.links.behind(DeviceIndex(3)));
  line.rounds(5, {4});
  CHECK(line.told.size() == 1);
  CHECK_FALSE(line.links.behind(DeviceIndex(2)));
  line.rounds(2);
  CHECK(line.count(LinkFault::branch_cut, false) == 1);
  CHECK(line.told.size() == 2);
}

TEST_CASE(
    "three questions missed in half a second are no death, however long nobody asks again; one missed after a second "
    "is") {
  WatchedLine line({4});
  line.rounds(3);
  const auto silent = [&] { line.ask(1, Errc::timeout); };
  // As a device that restarts is asked: at once again, and again, and then not for a while.
  silent();
  line.ask(0);
  silent();
  line.ask(2);
  silent();
  for (int i = 0; i < 10; ++i) {
    line.ask(0);
    line.ask(2);
    line.ask(3);
  }
  CHECK(line.told.empty());
  SUBCASE("it is back") {
    line.rounds(5);
    CHECK(line.told.empty());
  }
  SUBCASE("it is not") {
    silent();
    line.ask(0);
    REQUIRE(line.only(LinkFault::no_answer));
    CHECK(line.told.front().device == DeviceIndex(1));
  }
}

TEST_CASE("one late answer in a silence accuses nobody yet; with the second it is slowness, without one it is death") {
  WatchedLine line({3});
  line.rounds(3);
  auto late = signs_of(&LineSigns::late);
  late.late_unit = 2;
  const auto silent_round = [&](LineSigns signs = {}) {
    line.ask(1, Errc::timeout);
    line.ask(0, std::nullopt, signs);
    line.ask(2);
    line.wait(500ms);
  };
  silent_round();
  silent_round();
  silent_round(late);  // back from a restart, and a little late
  silent_round();
  CHECK(line.told.empty());
  SUBCASE("another") {
    silent_round(late);
    CHECK(line.only(LinkFault::slow));
  }
  SUBCASE("no other") {
    for (int i = 0; i < 3; ++i) silent_round();
    CHECK(line.told.size() == 1);
  }
}

TEST_CASE("a suspect is asked for when its silence has lasted, once for each miss, and no more when it is convicted") {
  WatchedLine line({3});
  line.rounds(3);
  std::size_t orders = 0;
  const auto step = [&](std::size_t device, std::optional<Errc> failure = std::nullopt) {
    line.clock += 100ms;
    LinkSteps out;
    line.links.take({DeviceIndex(device), BusIndex{}, line.now(), failure, DeviceHealth::unknown, {}}, out);
    orders += static_cast<std::size_t>(std::count(out.ask.begin(), out.ask.end(), DeviceIndex(1)));
    line.told.insert(line.told.end(), out.steps.begin(), out.steps.end());
  };
  step(1, Errc::timeout);
  const auto missed = line.clock;
  step(0);
  step(1, Errc::timeout);
  while (line.clock < missed + 900ms) {
    step(0);
    step(2);
  }
  CHECK(orders == 0);
  for (int i = 0; i < 5; ++i) {
    step(0);
    step(2);
  }
  CHECK(orders == 1);
  step(1, Errc::timeout);
  step(2);
  REQUIRE(line.only(LinkFault::no_answer));
  for (int i = 0; i < 10; ++i) step(0);
  CHECK(orders == 1);
}

TEST_CASE("devices that die one after the other are two findings") {
  WatchedLine line({6});
  line.rounds(3);
  line.rounds(20, {1});
  line.rounds(20, {1, 2});
  CHECK(line.count(LinkFault::no_answer) == 2);
  CHECK(line.told.size() == 2);
}

TEST_CASE("all devices of one supply, and no others, are the supply") {
  WatchedLine line({6}, false, {"a", "a", "b", "b", "a"});
  line.rounds(3);
  line.rounds(20, {0, 1, 4});
  REQUIRE(line.only(LinkFault::supply_lost));
  CHECK(line.links.supplies()[line.told.front().supply] == "a");
  CHECK(line.told.front().devices == devices({0, 1, 4}));
  line.rounds(3);
  CHECK(line.count(LinkFault::supply_lost, false) == 1);
}

TEST_CASE("some of a supply, or more than a supply, are a branch of the line") {
  WatchedLine some({6}, false, {"a", "a", "b", "b", "a"});
  some.rounds(3);
  some.rounds(20, {0, 1});
  some.wait(6s);
  CHECK(some.only(LinkFault::branch_cut));
  WatchedLine more({6}, false, {"a", "a", "b", "b", "a"});
  more.rounds(3);
  more.rounds(20, {0, 1, 4, 5});
  CHECK(more.only(LinkFault::branch_cut));
}

TEST_CASE("a supply that feeds devices on two lines is one finding for both, also where it darkens a whole line") {
  WatchedLine parts({3, 3}, false, {"a", "a", "b", "a", "b", "b"});
  parts.rounds(3);
  parts.rounds(20, {0, 1, 3});
  REQUIRE(parts.only(LinkFault::supply_lost));
  CHECK(parts.told.front().devices == devices({0, 1, 3}));
  WatchedLine whole({2, 3}, false, {"a", "a", "a", "b", "b"});
  whole.rounds(3);
  whole.rounds(20, {0, 1, 2});
  REQUIRE(whole.only(LinkFault::supply_lost));
  CHECK(whole.told.front().devices == devices({0, 1, 2}));
}

TEST_CASE("a device that is silent since before is of no group") {
  WatchedLine line({5});
  line.rounds(3);
  line.rounds(20, {0});
  REQUIRE(line.only(LinkFault::no_answer));
  line.rounds(20, {0, 1, 2});
  REQUIRE(line.count(LinkFault::branch_cut) == 1);
  CHECK(line.told.back().devices == devices({1, 2}));
}

TEST_CASE("a group of before the restart is not told again, and closes when all have answered") {
  WatchedLine line({4}, false, {"a", "a", "b", "b"});
  line.links.restore(LinkFault::supply_lost, BusIndex{}, {}, 0);
  CHECK(line.links.behind(DeviceIndex(0)));
  CHECK_FALSE(line.links.behind(DeviceIndex(2)));
  line.rounds(20, {0, 1});
  line.wait(10s);
  CHECK(line.told.empty());
  line.rounds(3);
  CHECK(line.told.size() == 1);
  CHECK(line.count(LinkFault::supply_lost, false) == 1);
}

TEST_CASE("a newcomer's silence speaks of its address; once it has answered it does not") {
  WatchedLine line({4});
  line.links.newcomer(DeviceIndex(1));
  line.links.newcomer(DeviceIndex(2));
  line.rounds(1, {1});
  line.rounds(20, {1});
  REQUIRE(line.only(LinkFault::wrong_address));
  CHECK(line.told.front().device == DeviceIndex(1));
  line.rounds(20, {1, 2});
  CHECK(line.count(LinkFault::no_answer) == 1);
}

TEST_CASE("another unit that answers in its place names a wrong address") {
  WatchedLine line({4});
  line.rounds(3);
  auto signs = signs_of(&LineSigns::other_unit);
  signs.other_unit_number = 99;
  for (int i = 0; i < 10; ++i) {
    line.ask(1, Errc::timeout, signs);
    for (const std::size_t other : {0, 2, 3}) line.ask(other);
  }
  REQUIRE(line.only(LinkFault::wrong_address));
  CHECK(line.told.front().numbers.other_unit == 99);
  line.rounds(8);
  CHECK(line.count(LinkFault::wrong_address, false) == 1);
  CHECK(line.told.size() == 2);
}

TEST_CASE("a device told to be silent whose answers come late is the same finding, better known, and closes once") {
  WatchedLine line({4});
  line.rounds(3);
  line.rounds(20, {1});
  REQUIRE(line.only(LinkFault::no_answer));
  auto late = signs_of(&LineSigns::late);
  late.late_unit = 2;
  late.late_by = 1700ms;
  for (int i = 0; i < 5; ++i) {
    line.ask(1, Errc::timeout);
    line.ask(2, std::nullopt, late);
    line.ask(1);  // by the answer to the question before
    line.ask(1);
  }
  REQUIRE(line.told.size() == 2);
  CHECK(line.told.back().fault == LinkFault::slow);
  CHECK(line.told.back().told_as == LinkFault::no_answer);
  CHECK(line.told.back().numbers.late_by == 1700ms);
  line.wait(11s);
  line.rounds(2);
  CHECK(line.told.size() == 3);
  CHECK(line.count(LinkFault::no_answer, false) == 1);
}

TEST_CASE("a device is not dead before its model's time is over, however quick it has been") {
  WatchedLine line({3});
  line.rounds(3);
  const auto first = line.clock;
  while (line.told.empty()) line.rounds(1, {1});
  CHECK(line.clock - first >= 200ms);
}

TEST_CASE("who falls silent as another's answers begin to collide has taken its address, and is told with it") {
  WatchedLine line({5});
  line.rounds(5);
  const auto damaged = signs_of(&LineSigns::damaged);
  for (int i = 0; i < 30; ++i) {
    line.ask(0);
    line.ask(1, Errc::timeout);
    line.ask(2);
    line.ask(3, Errc::corrupt_frame, damaged);
    line.ask(4);
  }
  REQUIRE(line.only(LinkFault::conflict));
  CHECK(line.told.front().device == DeviceIndex(3));
  CHECK(line.links.behind(DeviceIndex(1)));
  line.rounds(40);
  CHECK(line.told.size() == 2);
  CHECK_FALSE(line.links.behind(DeviceIndex(1)));
}

TEST_CASE("on a noisy line a few misses in a row convict nobody, many do") {
  WatchedLine line({4});
  const auto damaged = signs_of(&LineSigns::damaged);
  for (int i = 0; i < 20; ++i) {
    for (std::size_t d = 0; d < 4; ++d) {
      const bool hit = (i + static_cast<int>(d)) % 3 == 0;
      if (hit && i % 2 == 0)
        line.ask(d, Errc::timeout);
      else if (hit)
        line.ask(d, Errc::corrupt_frame, damaged);
      else
        line.ask(d);
    }
  }
  REQUIRE(line.only(LinkFault::bus_noise));
  line.rounds(5, {2});
  CHECK(line.count(LinkFault::no_answer) == 0);
  for (int i = 0; i < 40; ++i) {
    line.ask(0, i % 4 == 0 ? std::optional(Errc::corrupt_frame) : std::nullopt, i % 4 == 0 ? damaged : LineSigns{});
    line.ask(2, Errc::timeout);
    line.ask(1, i % 4 == 2 ? std::optional(Errc::timeout) : std::nullopt);
    line.ask(3);
  }
  CHECK(line.count(LinkFault::no_answer) == 1);
}

TEST_CASE("a question that we held back ourselves is no sign of life") {
  WatchedLine line({3});
  line.rounds(3);
  const auto held = signs_of(&LineSigns::held_back);
  for (int i = 0; i < 20; ++i) {
    line.ask(0, Errc::timeout);
    line.ask(0, Errc::device_busy, held);
    line.ask(1);
    line.ask(2);
  }
  CHECK(line.only(LinkFault::no_answer));
}
