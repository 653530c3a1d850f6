// Ports, connections and strangers, as the link watch judges them.
#include "tests/firmware-agent/detection/watched_line.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

TEST_CASE("a connection that is cut is silent first and then cannot be made: one finding until somebody answers") {
  WatchedLine line({3}, true);
  line.rounds(5);
  line.rounds(5, {0, 1, 2});
  REQUIRE(line.only(LinkFault::bus_down));
  for (int i = 0; i < 10; ++i) {
    line.ask(0, Errc::bus_unavailable);
    line.port(false);
    line.wait(1500ms);
    line.rounds(1, {0, 1, 2});  // it can be made for a moment, and is silent
  }
  CHECK(line.only(LinkFault::bus_down));
  line.rounds(3);
  line.wait(3s);
  REQUIRE(line.told.size() == 2);
  CHECK(line.count(LinkFault::bus_down, false) == 1);
}

TEST_CASE("a connection that is refused, and then made to a peer that is silent, is one finding too") {
  WatchedLine line({3}, true);
  line.rounds(5);
  for (int i = 0; i < 5; ++i) {
    line.port(false);
    line.wait(600ms);
    line.rounds(1, {0, 1, 2});
  }
  REQUIRE(line.only(LinkFault::bus_unavailable));
  line.rounds(20, {0, 1, 2});
  line.wait(10s);
  CHECK(line.only(LinkFault::bus_unavailable));
  line.rounds(2);
  line.wait(1s);
  CHECK(line.told.size() == 2);
  CHECK(line.count(LinkFault::bus_unavailable, false) == 1);
}

TEST_CASE("the only device of a connection and the connection itself are one thing") {
  WatchedLine line({1}, true);
  line.rounds(5);
  line.rounds(25, {0});
  REQUIRE(line.only(LinkFault::no_answer));
  line.port(false);
  line.wait(10s);
  CHECK(line.only(LinkFault::no_answer));
  line.rounds(3);
  line.wait(1s);
  CHECK(line.told.size() == 2);
}

TEST_CASE("a serial port that vanishes behind a silent line is another thing than the line") {
  WatchedLine line({3});
  line.rounds(5);
  line.rounds(5, {0, 1, 2});
  line.port(false);
  line.wait(2s);
  CHECK(line.count(LinkFault::bus_down) == 1);
  CHECK(line.count(LinkFault::bus_unavailable) == 1);
}

TEST_CASE("an echo and another master are told of the bus, once, and closed when they are gone") {
  WatchedLine line({3});
  line.rounds(2);
  for (int i = 0; i < 20; ++i) line.ask(0, std::nullopt, signs_of(&LineSigns::echoes));
  CHECK(line.only(LinkFault::echo));
  line.rounds(2);
  CHECK(line.count(LinkFault::echo, false) == 1);

  for (int i = 0; i < 20; ++i) line.ask(1, std::nullopt, signs_of(&LineSigns::foreign));
  CHECK(line.count(LinkFault::second_master) == 1);
  CHECK(line.links.bus_spoils(BusIndex{}));
  line.wait(61s);
  CHECK(line.count(LinkFault::second_master, false) == 1);
  CHECK_FALSE(line.links.bus_spoils(BusIndex{}));
}

TEST_CASE("what gets damaged while another master asks is its doing") {
  WatchedLine line({4});
  line.rounds(10);
  for (int i = 0; i < 30; ++i) {
    line.ask(0, Errc::corrupt_frame, signs_of(&LineSigns::damaged));
    line.ask(1, std::nullopt, signs_of(&LineSigns::foreign));
    line.rounds(1);
  }
  CHECK(line.only(LinkFault::second_master));
}

TEST_CASE("an echo that was told before a restart is gone only when answers come without one") {
  WatchedLine line({2});
  line.links.restore(LinkFault::echo, BusIndex{}, {});
  line.wait(10s);
  CHECK(line.told.empty());
  for (int i = 0; i < 4; ++i) line.ask(0);
  CHECK(line.told.empty());
  line.ask(0);
  CHECK(line.count(LinkFault::echo, false) == 1);
}
