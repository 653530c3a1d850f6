#include "firmware-agent/detection/link_watch.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

struct Line {
  TestSite place;
  LinkWatch links{place.site};
  std::chrono::milliseconds clock{0};
  LinkSteps out;

  void ask(DeviceIndex device, std::optional<Errc> failure = std::nullopt, std::chrono::milliseconds takes = 100ms) {
    clock += takes;
    out = {};
    links.take({device, place.site.devices[at(device)].bus, moment(clock), failure, DeviceHealth::unknown}, out);
  }
  void silence(DeviceIndex device) { ask(device, Errc::timeout); }
  /// Two rounds of questions to a line that is cut, a poll apart.
  void cut() {
    for (const auto device : {place.board, place.power, place.leak}) silence(device);
    clock += 1s;
    for (const auto device : {place.board, place.power, place.leak}) silence(device);
  }
  /// The only device of the other connection, silent for over two seconds.
  void inputs_die() {
    for (int i = 0; i < 3; ++i) ask(place.inputs, Errc::timeout, 1s);
  }
  void tick(std::chrono::milliseconds after) {
    clock += after;
    out = {};
    links.tick(moment(clock), out);
  }
  [[nodiscard]] bool opened(LinkFault fault) const { return has(fault, true); }
  [[nodiscard]] bool closed(LinkFault fault) const { return has(fault, false); }
  [[nodiscard]] bool quiet() const { return out.steps.empty(); }

 private:
  [[nodiscard]] bool has(LinkFault fault, bool opens) const {
    return std::any_of(out.steps.begin(), out.steps.end(),
                       [&](const LinkStep& step) { return step.fault == fault && step.opens == opens; });
  }
};

}  // namespace

TEST_CASE("one missed answer is nothing") {
  Line line;
  line.silence(line.place.board);
  line.ask(line.place.power);
  line.ask(line.place.board);
  line.silence(line.place.board);
  line.ask(line.place.power);
  line.tick(60s);
  CHECK(line.quiet());
}

TEST_CASE(
    "a silent device is at fault when it goes on missing questions between its neighbours' answers, dated by its first "
    "silence") {
  Line line;
  line.ask(line.place.power);
  line.silence(line.place.board);
  const auto first = moment(line.clock);
  line.silence(line.place.board);
  CHECK(line.quiet());
  CHECK(line.out.ask == std::vector{line.place.power, line.place.leak});
  line.ask(line.place.leak);
  CHECK(line.out.ask.empty());  // it may be restarting
  line.clock += 1s;
  line.ask(line.place.leak);
  CHECK(line.quiet());
  CHECK(line.out.ask == std::vector{line.place.board});
  line.ask(line.place.power);
  CHECK(line.out.ask.empty());  // it is ordered already
  line.silence(line.place.board);
  CHECK(line.out.ask == std::vector{line.place.power});
  line.ask(line.place.power);
  CHECK(line.quiet());
  CHECK(line.out.ask == std::vector{line.place.board});
  line.silence(line.place.board);
  CHECK(line.quiet());
  line.ask(line.place.power);
  REQUIRE(line.opened(LinkFault::no_answer));
  CHECK(line.out.steps.front().device == line.place.board);
  CHECK(line.out.steps.front().since == first);
  CHECK(line.out.steps.front().count == 4);
  CHECK(line.out.steps.front().neighbours_heard);
  CHECK(line.out.ask.empty());
  CHECK(line.links.behind(line.place.board));
  CHECK_FALSE(line.links.behind(line.place.power));
}

TEST_CASE("the first neighbour to answer after an interruption accuses nobody; the others answer the next question") {
  Line line;
  for (const auto device : {line.place.board, line.place.power}) {
    line.silence(device);
    line.silence(device);
  }
  line.silence(line.place.leak);
  line.clock += 1s;
  line.ask(line.place.leak);
  CHECK(line.quiet());
  CHECK(line.out.ask == std::vector{line.place.board, line.place.power});
  for (const auto device : {line.place.board, line.place.power, line.place.leak}) {
    line.ask(device);
    CHECK(line.quiet());
  }
  line.tick(600s);
  CHECK(line.quiet());
}

TEST_CASE(
    "a line that is interrupted three times within a minute is one fault of the bus, closed a minute after the last") {
  Line line;
  unsigned opened = 0;
  for (int flap = 0; flap < 6; ++flap) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak}) {
      line.silence(device);
      line.silence(device);
    }
    for (const auto device : {line.place.leak, line.place.board, line.place.power}) {
      line.ask(device);
      CHECK_FALSE(line.opened(LinkFault::no_answer));
      CHECK_FALSE(line.opened(LinkFault::bus_down));
      if (line.opened(LinkFault::bus_degraded)) CHECK(++opened == 1);
      if (line.opened(LinkFault::bus_degraded)) CHECK(flap == 2);
    }
    line.clock += 1500ms;
  }
  CHECK(opened == 1);
  line.ask(line.place.board, std::nullopt, 50s);
  CHECK(line.quiet());
  line.ask(line.place.board, std::nullopt, 10s);
  CHECK(line.closed(LinkFault::bus_degraded));
}

TEST_CASE("a line that flaps is told to be down only when it stays silent for five seconds") {
  Line line;
  for (int flap = 0; flap < 3; ++flap) {
    line.silence(line.place.board);
    line.silence(line.place.power);
    line.ask(line.place.power);
  }
  REQUIRE(line.opened(LinkFault::bus_degraded));
  line.cut();
  line.cut();
  line.cut();
  CHECK(line.quiet());
  line.ask(line.place.leak, Errc::timeout, 1s);
  CHECK(line.opened(LinkFault::bus_down));
}

TEST_CASE("a neighbour's answer from before the second silence proves nothing about the line") {
  Line line;
  line.silence(line.place.board);
  line.ask(line.place.power);
  line.silence(line.place.board);
  CHECK(line.quiet());
  line.silence(line.place.power);
  line.silence(line.place.power);
  line.silence(line.place.leak);
  CHECK(line.quiet());
  line.ask(line.place.leak, Errc::timeout, 700ms);
  CHECK(line.opened(LinkFault::bus_down));
  CHECK(line.out.steps.size() == 1);
}

TEST_CASE("when all are silent it is the line: one fault, none of its devices, a second after the first silence") {
  Line line;
  for (int round = 0; round < 8; ++round) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak}) {
      line.silence(device);
      // The eleventh question ends a second after the first did.
      CHECK(line.opened(LinkFault::bus_down) == (round == 3 && device == line.place.power));
      CHECK_FALSE(line.opened(LinkFault::no_answer));
    }
  }
  for (int i = 0; i < 100; ++i) {
    line.tick(1s);
    CHECK(line.quiet());
  }
  CHECK(line.links.behind(line.place.board));
}

TEST_CASE("time that passes is no silence: only questions that were asked count") {
  Line line;
  for (int round = 0; round < 2; ++round) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak}) line.silence(device);
  }
  line.tick(60s);
  CHECK(line.quiet());
}

TEST_CASE("a line that comes back closes on two answers, and who stays silent gets a fault of its own") {
  Line line;
  line.cut();
  line.ask(line.place.power);
  CHECK(line.quiet());
  line.silence(line.place.board);
  line.ask(line.place.power);
  CHECK(line.closed(LinkFault::bus_down));
  CHECK(line.out.ask == std::vector{line.place.board, line.place.leak});
  line.silence(line.place.board);
  for (int i = 0; i < 4; ++i) {
    line.ask(line.place.leak, std::nullopt, 200ms);
    CHECK(line.quiet());
    line.silence(line.place.board);
    CHECK(line.quiet());
  }
  line.ask(line.place.power);
  REQUIRE(line.opened(LinkFault::no_answer));
  CHECK(line.out.steps.front().device == line.place.board);
}

TEST_CASE("the only device of a bus is at fault itself, after three questions over two seconds") {
  Line line;
  for (int i = 0; i < 10; ++i) {
    line.silence(line.place.inputs);
    CHECK(line.quiet());
  }
  line.tick(10s);
  CHECK(line.quiet());
  line.ask(line.place.inputs);
  line.silence(line.place.inputs);
  line.ask(line.place.inputs, Errc::timeout, 2s);
  CHECK(line.quiet());
  line.silence(line.place.inputs);
  REQUIRE(line.opened(LinkFault::no_answer));
  CHECK_FALSE(line.out.steps.front().neighbours_heard);
}

TEST_CASE(
    "waiting for a neighbour to answer is bounded: when they send nothing but noise the silent one is told at last") {
  Line line;
  for (int i = 0; i < 10; ++i) {
    line.ask(line.place.board, Errc::timeout, 3s);
    CHECK_FALSE(line.opened(LinkFault::no_answer));
    line.ask(line.place.power, Errc::corrupt_frame);
    CHECK_FALSE(line.opened(LinkFault::no_answer));
  }
  line.ask(line.place.board, Errc::timeout, 3s);
  REQUIRE(line.opened(LinkFault::no_answer));
  CHECK_FALSE(line.out.steps.front().neighbours_heard);
}

TEST_CASE(
    "the last device of a line that is silent makes the line silent only after three questions over two seconds") {
  Line line;
  line.links.restore(LinkFault::no_answer, line.place.line, line.place.board);
  line.links.restore(LinkFault::no_answer, line.place.line, line.place.leak);
  line.silence(line.place.power);
  line.ask(line.place.power, Errc::timeout, 2s);
  CHECK(line.quiet());
  line.silence(line.place.power);
  CHECK(line.opened(LinkFault::bus_down));
}

TEST_CASE("a silent device closes on two answers in a row, exceptions included") {
  Line line;
  line.inputs_die();
  line.ask(line.place.inputs, Errc::device_refused);
  line.silence(line.place.inputs);
  line.ask(line.place.inputs);
  CHECK(line.quiet());
  line.ask(line.place.inputs, Errc::device_busy);
  CHECK(line.closed(LinkFault::no_answer));
}

TEST_CASE("a device that refuses everything is told after a while; one refused block of three is not") {
  Line line;
  for (int i = 0; i < 20; ++i) {
    line.ask(line.place.board, Errc::unsupported_point, 1s);
    line.ask(line.place.board, std::nullopt, 1s);
    line.ask(line.place.board, std::nullopt, 1s);
    CHECK(line.quiet());
  }
  for (int i = 0; i < 5; ++i) {
    line.ask(line.place.board, Errc::device_refused, 1s);
    CHECK(line.quiet());
  }
  line.ask(line.place.board, Errc::device_refused, 1s);
  CHECK(line.opened(LinkFault::refused));
  line.ask(line.place.board);
  CHECK(line.quiet());
  line.ask(line.place.board);
  CHECK(line.closed(LinkFault::refused));
}

TEST_CASE("half of the blocks refused is told once, though the others answer, and closes when none is refused") {
  for (const int blocks : {1, 2, 4}) {
    CAPTURE(blocks);
    Line line;
    int opened = 0;
    int closed = 0;
    const auto ask = [&](std::optional<Errc> failure) {
      line.ask(line.place.board, failure, 500ms);
      opened += line.opened(LinkFault::refused) ? 1 : 0;
      closed += line.closed(LinkFault::refused) ? 1 : 0;
    };
    for (int round = 0; round < 40; ++round) {
      for (int i = 0; i < blocks; ++i) ask(Errc::unsupported_point);
      for (int i = 0; i < blocks; ++i) ask(std::nullopt);
      CHECK_FALSE(line.links.behind(line.place.board));  // what it does answer is judged
    }
    CHECK(opened == 1);
    CHECK(closed == 0);
    for (int i = 0; i < 2 * blocks; ++i) ask(std::nullopt);
    CHECK(closed == 1);
    for (int i = 0; i < 100; ++i) ask(std::nullopt);
    CHECK(opened == 1);
  }
}

TEST_CASE("a short trouble is forgotten after a few answers and adds to no later one") {
  Line line;
  for (int i = 0; i < 50; ++i) {
    for (int k = 0; k < 4; ++k) line.ask(line.place.board, Errc::unsupported_point, 1s);
    CHECK(line.quiet());
    for (int k = 0; k < 9; ++k) line.ask(line.place.board, std::nullopt, 1s);
    CHECK(line.quiet());
  }
}

TEST_CASE("a block being split refuses many times at once and is no fault") {
  Line line;
  for (int i = 0; i < 16; ++i) line.ask(line.place.board, Errc::unsupported_point, 50ms);
  CHECK(line.quiet());
}

TEST_CASE("damaged frames of one device open after three in a row and close after a long sound run") {
  Line line;
  line.ask(line.place.board, Errc::corrupt_frame);
  line.ask(line.place.board, Errc::corrupt_frame);
  CHECK(line.quiet());
  line.ask(line.place.board, Errc::corrupt_frame);
  CHECK(line.opened(LinkFault::degraded));
  for (int i = 0; i < 11; ++i) {
    line.ask(line.place.board);
    CHECK(line.quiet());
  }
  line.ask(line.place.board);
  CHECK(line.closed(LinkFault::degraded));
}

TEST_CASE("one damaged frame in ten is borne, one in four is not") {
  Line line;
  for (int i = 0; i < 1000; ++i) {
    line.ask(line.place.board, i % 10 == 0 ? std::optional(Errc::corrupt_frame) : std::nullopt);
    CHECK(line.quiet());
  }
  bool opened = false;
  for (int i = 0; i < 100 && !opened; ++i) {
    line.ask(line.place.board, i % 4 == 0 ? std::optional(Errc::corrupt_frame) : std::nullopt);
    opened = line.opened(LinkFault::degraded);
  }
  CHECK(opened);
}

TEST_CASE("answers lost one by one, though never two in a row, are told as a bad link and not as silence") {
  Line line;
  bool opened = false;
  for (int i = 0; i < 10 && !opened; ++i) {
    line.silence(line.place.board);
    CHECK(line.quiet());
    line.ask(line.place.board);
    opened = line.opened(LinkFault::degraded);
    CHECK(opened == (i == 3));  // 4 - 1 a time: 4, 7, 10, 13
  }
  CHECK(opened);
  CHECK_FALSE(line.links.behind(line.place.board));
}

TEST_CASE("a device that is dead and comes back was not a bad link") {
  Line line;
  for (int i = 0; i < 20; ++i) {
    line.silence(line.place.inputs);
    line.silence(line.place.inputs);
    line.ask(line.place.inputs);
    line.ask(line.place.inputs);
    CHECK_FALSE(line.opened(LinkFault::degraded));
  }
}

TEST_CASE("busy is borne for a minute and then told") {
  Line line;
  for (int i = 0; i < 60; ++i) {
    line.ask(line.place.board, Errc::device_busy, 1s);
    CHECK(line.quiet());
  }
  line.ask(line.place.board, Errc::device_busy, 1s);
  CHECK(line.opened(LinkFault::refused));
}

TEST_CASE("damaged frames of several devices are the line's") {
  Line line;
  for (int i = 0; i < 2; ++i) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak}) {
      line.ask(device, Errc::corrupt_frame);
      CHECK(line.quiet());
    }
  }
  line.ask(line.place.board, Errc::corrupt_frame);
  CHECK(line.opened(LinkFault::bus_degraded));
  line.ask(line.place.power, Errc::corrupt_frame);
  CHECK(line.quiet());
}

TEST_CASE("a port that cannot be opened is told after a second, not when an adapter is replugged") {
  Line line;
  line.links.bus_available(line.place.line, false, "No such file", moment(0s));
  line.tick(900ms);
  CHECK(line.quiet());
  line.links.bus_available(line.place.line, true, {}, moment(950ms));
  line.tick(10s);
  CHECK(line.quiet());
  line.links.bus_available(line.place.line, false, "No such file", moment(line.clock));
  line.tick(1s);
  CHECK(line.opened(LinkFault::bus_unavailable));
  CHECK(line.links.why_unavailable(line.place.line) == "No such file");
  CHECK(line.links.behind(line.place.leak));
  CHECK_FALSE(line.links.behind(line.place.inputs));
}

TEST_CASE("silence behind a closed port is not counted, and the port closes its finding when it is back") {
  Line line;
  line.ask(line.place.board, Errc::bus_unavailable);
  for (int i = 0; i < 10; ++i) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak}) {
      line.ask(device, Errc::bus_unavailable);
      CHECK(line.quiet());
    }
  }
  line.tick(1s);
  CHECK(line.opened(LinkFault::bus_unavailable));
  line.links.bus_available(line.place.line, true, {}, moment(line.clock));
  line.tick(1s);
  CHECK(line.quiet());
  line.ask(line.place.board);
  line.tick(10ms);
  CHECK(line.closed(LinkFault::bus_unavailable));
  CHECK_FALSE(line.links.behind(line.place.board));
}

TEST_CASE("a question that times out was asked through an open port: the port is back and the line is judged") {
  Line line;
  line.ask(line.place.board, Errc::bus_unavailable);
  line.tick(2s);
  REQUIRE(line.opened(LinkFault::bus_unavailable));
  line.cut();
  CHECK(line.quiet());
  line.tick(2s);
  CHECK(line.closed(LinkFault::bus_unavailable));
  CHECK(line.opened(LinkFault::bus_down));
}

TEST_CASE("what says nothing about the device is ignored") {
  Line line;
  for (const auto code : {Errc::foreign_frame, Errc::not_permitted, Errc::invalid_argument}) {
    for (int i = 0; i < 10; ++i) line.ask(line.place.board, code);
    CHECK(line.quiet());
  }
  CHECK_FALSE(line.links.silent(line.place.board));
}

TEST_CASE("a device without points is never asked, so a line can be down without its silence") {
  TestSite place;
  place.site.devices[at(place.leak)].point_count = 0;
  LinkWatch links(place.site);
  LinkSteps out;
  for (int round = 0; round < 2; ++round) {
    for (const auto device : {place.board, place.power}) {
      links.take({device, place.line, moment(round * 1s + 10ms), Errc::timeout, DeviceHealth::degraded}, out);
    }
  }
  REQUIRE(out.steps.size() == 1);
  CHECK(out.steps.front().fault == LinkFault::bus_down);
}

TEST_CASE("a device known to be dead from before the restart needs no new silence for its line to be judged") {
  Line line;
  line.links.restore(LinkFault::no_answer, line.place.line, line.place.board);
  line.silence(line.place.power);
  line.silence(line.place.leak);
  line.ask(line.place.power, Errc::timeout, 1s);
  line.silence(line.place.leak);
  CHECK(line.opened(LinkFault::bus_down));
}

TEST_CASE("open link findings restored after a restart are not opened again and close as usual") {
  Line line;
  line.links.restore(LinkFault::bus_down, line.place.line, {});
  line.links.restore(LinkFault::no_answer, line.place.tcp, line.place.inputs);
  for (int round = 0; round < 3; ++round) {
    for (const auto device : {line.place.board, line.place.power, line.place.leak, line.place.inputs}) {
      line.silence(device);
      CHECK(line.quiet());
    }
  }
  line.ask(line.place.inputs);
  line.ask(line.place.inputs);
  CHECK(line.closed(LinkFault::no_answer));
  line.ask(line.place.leak);
  line.ask(line.place.leak);
  CHECK(line.closed(LinkFault::bus_down));
}
