#include "firmware-agent/detection/watchman.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

bool lists(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Relay 1's block: what was commanded and what is.
void block(WatchedSite& w, double command, double state) {
  w.wait(1s);
  w.take({good(w.place.command_1, command, w.now()), good(w.place.state_1, state, w.now())});
}

void weld(WatchedSite& w) {
  block(w, 1, 1);
  for (int i = 0; i < 3; ++i) block(w, 0, 1);
}

/// The board misses questions between its neighbours' answers.
void board_dies(WatchedSite& w) {
  w.attempt(w.place.board, Errc::timeout);
  for (int i = 0; i < 3; ++i) {
    w.wait(300ms);
    w.attempt(w.place.board, Errc::timeout);
    w.wait(300ms);
    w.attempt(w.place.power);
  }
}

/// The only device of its connection, silent for long enough.
void inputs_die(WatchedSite& w) {
  for (int i = 0; i < 3; ++i) {
    w.wait(1s);
    w.attempt(w.place.inputs, Errc::timeout);
  }
}

void all_silent(WatchedSite& w) {
  for (const auto device : {w.place.board, w.place.power, w.place.leak}) {
    w.wait(300ms);
    w.attempt(device, Errc::timeout);
  }
}

}  // namespace

TEST_CASE("a welded relay becomes one finding with its whole first analysis") {
  WatchedSite w;
  weld(w);
  REQUIRE(w.changes.size() == 1);
  CHECK(w.changes[0].event == FindingEvent::opened);
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/board-1/relay.1.state/relay.welded/1");
  CHECK(finding.fault_class == FaultClass::major);
  CHECK(finding.since == moment(3s));
  CHECK(finding.analysis.part == "SRD-05VDC-SL-C");
  CHECK(finding.analysis.department == "relay-electronics");
  CHECK(finding.analysis.where.en == "Demo site, Relay board, Relay 1 feedback");
  CHECK(finding.analysis.what.zh.find("释放/断开") != std::string::npos);
  CHECK(finding.analysis.checks.size() >= 2);
  CHECK(finding.analysis.evidence.size() >= 2);
  CHECK(finding.analysis.evidence.size() <= 16);
}

TEST_CASE("the readings behind a change go with it") {
  WatchedSite w;
  weld(w);
  REQUIRE(w.last.explaining.size() == 3);
  CHECK(w.last.explaining[0] == good(w.place.state_1, 1, moment(3s)));
  CHECK(w.last.explaining[1] == good(w.place.state_1, 1, moment(4s)));
  CHECK(w.last.explaining[2] == good(w.place.command_1, 0, moment(4s)));
  const auto& evidence = w.open_one().analysis.evidence;
  REQUIRE(evidence.size() >= 3);
  CHECK(evidence[0].at == moment(4s).wall);
  CHECK(evidence[2].at == moment(3s).wall);
  CHECK(evidence[2].note.en == "first reading that showed it");
}

TEST_CASE("a welded relay stays found while it is commanded on, and returns when it lets go") {
  WatchedSite w;
  weld(w);
  for (int i = 0; i < 5; ++i) block(w, 1, 1);
  CHECK(w.changes.size() == 1);
  for (int i = 0; i < 2; ++i) block(w, 0, 0);
  CHECK(w.changes.size() == 1);  // settling, then pending
  block(w, 0, 0);
  REQUIRE(w.changes.size() == 2);
  CHECK(w.changes[1].event == FindingEvent::returned);
}

TEST_CASE("command and feedback on different devices and buses are compared with care") {
  WatchedSite w;
  auto across = world::rule(Detector::mismatch, "relay.no-pull-in", "input.1.state", "board-1/relay.1.command");
  across.settle = 500ms;
  w.place.watch(across, w.place.input, w.place.command_1);
  w.man = std::make_unique<Watchman>(w.place.site, shipped_catalogue());
  const auto cycle = [&](double command, double feedback) {
    w.wait(500ms);
    w.take({good(w.place.command_1, command, w.now())});
    w.wait(500ms);
    w.take({good(w.place.input, feedback, w.now())});
  };
  for (int i = 0; i < 20; ++i) cycle(i % 2, i % 2);  // switched every second: never settled long enough to be wrong
  CHECK(w.changes.empty());
  for (int i = 0; i < 4; ++i) cycle(1, 0);
  CHECK(w.only_open() == "demo/inputs/input.1.state/relay.no-pull-in/1");
}

TEST_CASE("what would open is asked for again at once, and only what matters") {
  WatchedSite w;
  w.see(w.place.voltage, 12);
  CHECK(w.last.confirm.empty());
  w.see(w.place.voltage, 10);
  CHECK(w.last.confirm == std::vector{w.place.voltage});
  w.see(w.place.voltage, 10);
  CHECK(w.last.confirm.empty());
}

TEST_CASE("two rules for one thing are one finding, and it returns when both are well") {
  WatchedSite w;
  auto stricter = world::rule(Detector::limit, "rail.low", "output.voltage");
  stricter.low = 11.8;
  w.place.watch(stricter, w.place.voltage);
  w.man = std::make_unique<Watchman>(w.place.site, shipped_catalogue());
  for (int i = 0; i < 3; ++i) w.see(w.place.voltage, 11.0);
  CHECK(w.changes.size() == 1);
  for (int i = 0; i < 3; ++i) w.see(w.place.voltage, 11.7);
  CHECK(w.changes.size() == 1);
  for (int i = 0; i < 3; ++i) w.see(w.place.voltage, 12.0);
  REQUIRE(w.changes.size() == 2);
  CHECK(w.changes[1].event == FindingEvent::returned);
}

TEST_CASE("a dead device gives one finding that names what it hides") {
  WatchedSite w;
  weld(w);
  board_dies(w);
  REQUIRE(w.changes.size() == 2);
  const auto& finding = w.changes[1].finding;
  CHECK(to_string(finding.id) == "demo/board-1/-/link.no-answer/1");
  CHECK(finding.analysis.held_back == std::vector<std::string>{"board-1/relay.1.state/relay.welded"});
  CHECK(finding.analysis.evidence.size() == 3);
}

TEST_CASE("behind a dead device nothing opens and nothing closes") {
  WatchedSite w;
  weld(w);
  board_dies(w);
  const auto told = w.changes.size();
  for (int i = 0; i < 10; ++i) {
    w.wait(1s);
    w.take({bad(w.place.command_1, Reason::no_answer, w.now()), bad(w.place.state_1, Reason::no_answer, w.now())});
    w.tick();
  }
  // Even good readings wait until the link itself is trusted again.
  for (int i = 0; i < 5; ++i) block(w, 0, 0);
  CHECK(w.changes.size() == told);
  for (int i = 0; i < 2; ++i) w.attempt(w.place.board);
  for (int i = 0; i < 4; ++i) block(w, 0, 0);
  REQUIRE(w.changes.size() == told + 2);
  CHECK(w.changes[told].finding.id.kind == "link.no-answer");
  CHECK(w.changes[told].event == FindingEvent::returned);
  CHECK(w.changes[told + 1].finding.id.kind == "relay.welded");
  CHECK(w.changes[told + 1].event == FindingEvent::returned);
}

TEST_CASE("a cut line is one finding for the bus that names the devices it holds back") {
  WatchedSite w;
  for (int round = 0; round < 4; ++round) all_silent(w);
  for (int i = 0; i < 60; ++i) {
    w.wait(1s);
    w.tick();
  }
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/line-1/-/bus.down/1");
  CHECK(finding.analysis.held_back ==
        std::vector<std::string>{"board-1/-/link.no-answer", "power-1/-/link.no-answer", "leak-1/-/link.no-answer"});
  CHECK(finding.analysis.where.en == "Demo site, Line 1");
  CHECK(finding.analysis.what.en.find("all 3 devices") != std::string::npos);
}

TEST_CASE("a device that was dead before its line is suppressed with it and released after it") {
  WatchedSite w;
  board_dies(w);
  for (int round = 0; round < 3; ++round) all_silent(w);
  REQUIRE(w.changes.size() == 3);
  CHECK(w.changes[1].finding.id.kind == "bus.down");
  CHECK(w.changes[2].finding.id.kind == "link.no-answer");
  CHECK(w.changes[2].finding.state == AlarmState::suppressed);
  for (int i = 0; i < 10; ++i) {
    w.wait(1s);
    w.tick();
  }
  CHECK(w.changes.size() == 3);
  for (int i = 0; i < 2; ++i) {
    w.wait(100ms);
    w.attempt(w.place.power);
  }
  REQUIRE(w.changes.size() == 5);
  CHECK(w.changes[3].event == FindingEvent::returned);
  CHECK(w.changes[4].finding.id.kind == "link.no-answer");
  CHECK(w.changes[4].finding.state == AlarmState::unacknowledged);
}

TEST_CASE("the neighbours of a silent device are asked at once") {
  WatchedSite w;
  w.attempt(w.place.board, Errc::timeout);
  w.attempt(w.place.board, Errc::timeout);
  CHECK(w.last.ask == std::vector{w.place.power, w.place.leak});
}

TEST_CASE("a port that cannot be opened is one finding with the system's reason") {
  WatchedSite w;
  w.port(w.place.line, false, "/dev/ttyUSB0: No such file or directory");
  w.wait(900ms);
  w.tick();
  CHECK(w.changes.empty());
  w.wait(100ms);
  w.tick();
  const auto finding = w.open_one();
  CHECK(to_string(finding.id) == "demo/line-1/-/bus.unavailable/1");
  CHECK(finding.analysis.what.en.find("No such file") != std::string::npos);
  CHECK(finding.since == moment(0s));
  CHECK(lists(finding.analysis.held_back, "leak-1/-/link.no-answer"));
  w.port(w.place.line, true);
  w.wait(2s);
  w.tick();
  CHECK(w.changes.back().event == FindingEvent::returned);
}

TEST_CASE("a link that flaps is one finding") {
  WatchedSite w;
  for (int flap = 0; flap < 20; ++flap) {
    inputs_die(w);
    w.wait(30s);
    w.tick();
    for (int i = 0; i < 2; ++i) w.attempt(w.place.inputs);
    w.wait(30s);
    w.tick();
  }
  CHECK(w.count(FindingEvent::opened) == 1);
  CHECK(w.count(FindingEvent::reopened) == 19);
  CHECK(w.open_one().repeats == 19);
}

TEST_CASE("orders of a person go through and come back as changes") {
  WatchedSite w;
  weld(w);
  const auto id = w.only_open();
  Verdict verdict;
  CHECK(w.man->shelve(id, "li", "part ordered", w.now().wall + 1h, w.now(), verdict).has_value());
  CHECK(w.man->unshelve(id, "li", w.now(), verdict).has_value());
  CHECK(w.man->acknowledge(id, "li", w.now(), verdict).has_value());
  CHECK_FALSE(w.man->acknowledge("demo/x/-/y/1", "li", w.now(), verdict).has_value());
  REQUIRE(verdict.changes.size() == 3);
  CHECK(verdict.changes[0].event == FindingEvent::shelved);
  CHECK(verdict.changes[1].event == FindingEvent::unshelved);
  CHECK(verdict.changes[2].event == FindingEvent::acknowledged);
  CHECK(w.open_one() == verdict.changes[2].finding);
}

TEST_CASE("after a restart a fault that is still there stays the same finding, and one that is gone returns") {
  WatchedSite w;
  weld(w);
  for (int i = 0; i < 2; ++i) w.see(w.place.voltage, 10);
  inputs_die(w);
  REQUIRE(w.changes.size() == 3);
  w.restart();
  CHECK(w.man->open().size() == 3);
  for (int i = 0; i < 5; ++i) {
    w.wait(1s);
    w.tick();
    w.take(
        {good(w.place.command_1, 0, w.now()), good(w.place.state_1, 1, w.now()), good(w.place.voltage, 12, w.now())});
    w.attempt(w.place.inputs, Errc::timeout);
  }
  REQUIRE(w.changes.size() == 4);
  CHECK(w.changes[3].event == FindingEvent::returned);
  CHECK(w.changes[3].finding.id.kind == "rail.low");
}

TEST_CASE("a finding suppressed behind a line is released when the line is found well after a restart") {
  WatchedSite w;
  board_dies(w);
  for (int round = 0; round < 3; ++round) all_silent(w);
  auto open = w.man->open();
  REQUIRE(open.size() == 2);
  open.erase(open.begin() +
             (open[0].id.kind == "bus.down" ? 0 : 1));  // as if the bus's return was all that was committed
  w.man = std::make_unique<Watchman>(w.place.site, shipped_catalogue());
  w.man->restore(std::move(open), w.given);
  w.wait(1s);
  w.tick();
  REQUIRE(w.last.changes.size() == 1);
  CHECK(w.last.changes[0].finding.id.kind == "link.no-answer");
  CHECK(w.last.changes[0].finding.state == AlarmState::unacknowledged);
}

TEST_CASE("an implausible value and a lost port stay the same findings through a restart") {
  WatchedSite w;
  const auto implausible = [&] {
    w.wait(1s);
    w.take({bad(w.place.voltage, Reason::implausible, w.now())});
  };
  implausible();
  implausible();
  w.port(w.place.tcp, false, "refused");
  w.wait(1s);
  w.tick();
  CHECK(w.count(FindingEvent::opened) == 2);
  w.restart();
  for (int i = 0; i < 5; ++i) {
    implausible();
    w.port(w.place.tcp, false, "refused");
    w.tick();
  }
  CHECK(w.changes.size() == 2);
  w.see(w.place.voltage, 12);
  w.see(w.place.voltage, 12);
  w.port(w.place.tcp, true);
  w.attempt(w.place.inputs);
  w.tick();
  CHECK(w.count(FindingEvent::returned) == 2);
}

TEST_CASE("after a restart nothing closes on ignorance: neither silence nor a value that cannot be judged") {
  WatchedSite w;
  weld(w);
  w.restart();
  for (int i = 0; i < 100; ++i) {
    block(w, 1, 1);  // commanded on: a weld cannot be seen
    w.tick();
  }
  CHECK(w.man->open().size() == 1);
  CHECK(w.man->open().front().active);
}

TEST_CASE("after a restart into a cut line there is still one finding for it") {
  WatchedSite w;
  for (int round = 0; round < 3; ++round) all_silent(w);
  for (int again = 0; again < 5; ++again) {
    w.restart();
    for (int round = 0; round < 5; ++round) {
      all_silent(w);
      w.tick();
    }
  }
  CHECK(w.changes.size() == 1);
  CHECK(w.only_open() == "demo/line-1/-/bus.down/1");
}

TEST_CASE("the same calls give the same verdicts, byte for byte") {
  const auto run = [] {
    WatchedSite w;
    weld(w);
    for (int i = 0; i < 3; ++i) w.see(w.place.voltage, 10);
    for (int round = 0; round < 3; ++round) all_silent(w);
    w.tick();
    return w.changes;
  };
  CHECK(run() == run());
}
