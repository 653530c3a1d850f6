// What spoils answers, from the attempts to the finding.
#include "tests/firmware-agent/detection/watched_line.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

const auto damaged = signs_of(&LineSigns::damaged);
const auto garbled = signs_of(&LineSigns::garbled);

}  // namespace

TEST_CASE(
    "one device whose answers are damaged between sound neighbours is named alone, and closes after a sound run") {
  WatchedLine line({5});
  line.rounds(5);
  for (int i = 0; i < 14; ++i) {
    line.ask(2, Errc::corrupt_frame, damaged);
    line.rounds(0);
    for (const std::size_t d : {0, 1, 3, 4}) line.ask(d);
  }
  REQUIRE(line.only(LinkFault::conflict));
  CHECK(line.told.front().device == DeviceIndex(2));
  CHECK(line.told.front().numbers.damaged > 0);
  CHECK(line.told.front().certainty > 0.99);
  line.rounds(25);
  CHECK(line.told.size() == 2);
  CHECK(line.count(LinkFault::conflict, false) == 1);
}

TEST_CASE(
    "noise over all devices accuses none of them, is one finding of the line, and closes when the line is clean") {
  WatchedLine line({4});
  line.rounds(5);
  for (int i = 0; i < 60; ++i) {
    for (std::size_t d = 0; d < 4; ++d) {
      const bool hit = (7 * i + 3 * static_cast<int>(d)) % 5 == 0;
      line.ask(d, hit ? std::optional(Errc::corrupt_frame) : std::nullopt, hit ? damaged : LineSigns{});
    }
  }
  REQUIRE(line.only(LinkFault::bus_noise));
  CHECK(line.told.front().numbers.bit_errors > 1e-4);
  CHECK(line.links.bus_spoils(BusIndex{}));
  line.rounds(20);
  CHECK(line.told.size() == 1);  // the log still remembers
  line.rounds(60);
  CHECK(line.count(LinkFault::bus_noise, false) == 1);
}

TEST_CASE("bytes without a head from everybody are the port's speed; from one alone, its own") {
  WatchedLine all({3});
  all.rounds(5);
  for (int i = 0; i < 6; ++i) {
    for (std::size_t d = 0; d < 3; ++d) all.ask(d, Errc::corrupt_frame, garbled);
  }
  CHECK(all.only(LinkFault::bus_wrong_format));
  WatchedLine one({3});
  one.rounds(5);
  for (int i = 0; i < 15; ++i) {
    one.ask(1, Errc::corrupt_frame, garbled);
    one.ask(0);
    one.ask(2);
  }
  CHECK(one.only(LinkFault::wrong_format));
}

TEST_CASE("a time-out with bytes in it is no silence") {
  WatchedLine line({3});
  line.rounds(3);
  for (int i = 0; i < 20; ++i) {
    line.ask(1, Errc::timeout, damaged);
    line.ask(0);
    line.ask(2);
  }
  CHECK(line.count(LinkFault::no_answer) == 0);
  CHECK(line.links.timeouts(DeviceIndex(1)) == 0);
}

TEST_CASE("what a late answer runs into is its doing") {
  WatchedLine line({4});
  line.rounds(5);
  auto late = signs_of(&LineSigns::late);
  late.late_unit = 1;
  for (int i = 0; i < 20; ++i) {
    line.ask(0, Errc::timeout);
    line.ask(1, Errc::corrupt_frame, [&] {
      auto both = late;
      both.damaged = 1;
      return both;
    }());
    line.ask(0);
    line.ask(2);
    line.ask(3);
  }
  REQUIRE(line.only(LinkFault::slow));
  CHECK(line.told.front().device == DeviceIndex(0));
}

TEST_CASE("second answers are a conflict although every question is answered") {
  WatchedLine line({4});
  line.rounds(5);
  auto doubled = signs_of(&LineSigns::doubled);
  doubled.doubled_unit = 3;
  for (int i = 0; i < 4; ++i) {
    line.ask(2);
    line.ask(3, std::nullopt, doubled);
  }
  REQUIRE(line.only(LinkFault::conflict));
  CHECK(line.told.front().device == DeviceIndex(2));
}

TEST_CASE("findings of before the restart about spoilt answers stay until a sound run") {
  WatchedLine line({3});
  line.links.restore(LinkFault::conflict, BusIndex{}, DeviceIndex(1));
  line.links.restore(LinkFault::bus_noise, BusIndex{}, {});
  for (int i = 0; i < 10; ++i) line.ask(1, Errc::corrupt_frame, damaged);
  CHECK(line.told.empty());
  line.rounds(40);
  CHECK(line.count(LinkFault::conflict, false) == 1);
  line.rounds(200);
  CHECK(line.count(LinkFault::bus_noise, false) == 1);
  CHECK(line.told.size() == 2);
}
