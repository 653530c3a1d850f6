#include "firmware-agent/detection/finding_book.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

/// A book with two subjects and everything it told.
struct Shelf {
  FindingBook book{"demo"};
  SubjectIndex relay = book.subject("board-1", "relay.1.state", "relay.welded", FaultClass::major);
  SubjectIndex rail = book.subject("power-1", "output.voltage", "rail.low", FaultClass::ordinary);
  std::chrono::milliseconds clock{0};
  std::vector<FindingChange> told;

  [[nodiscard]] Moment now() const { return moment(clock); }
  void raise(SubjectIndex subject) { book.raise(subject, now(), {}, now(), told); }
  void clear(SubjectIndex subject) { book.clear(subject, now(), told); }
  void tick() { book.tick(now(), told); }
  [[nodiscard]] const FindingChange& last() const { return told.back(); }
  [[nodiscard]] std::string id(SubjectIndex subject) const { return to_string(book.finding(subject)->id); }
  Result<void> acknowledge(SubjectIndex subject) { return book.acknowledge(id(subject), "li", now(), told); }
  Result<void> shelve(SubjectIndex subject, std::chrono::milliseconds lasts) {
    return book.shelve(id(subject), {"li", "part ordered", now().wall + lasts}, now(), told);
  }
};

}  // namespace

TEST_CASE("a raised finding has its identity, class and dates, and is told once") {
  Shelf shelf;
  shelf.clock = 5s;
  shelf.book.raise(shelf.relay, moment(4s), {}, shelf.now(), shelf.told);
  shelf.raise(shelf.relay);
  REQUIRE(shelf.told.size() == 1);
  CHECK(shelf.last().event == FindingEvent::opened);
  const auto& finding = shelf.last().finding;
  CHECK(to_string(finding.id) == "demo/board-1/relay.1.state/relay.welded/1");
  CHECK(finding.fault_class == FaultClass::major);
  CHECK(finding.state == AlarmState::unacknowledged);
  CHECK(finding.active);
  CHECK(finding.since == moment(4s));
  CHECK(finding.changed == moment(5s));
}

TEST_CASE("a fault that comes and goes is one occurrence; its return is told at once") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  for (unsigned i = 1; i <= 5; ++i) {
    shelf.clock += 1min;
    shelf.clear(shelf.rail);
    CHECK(shelf.last().event == FindingEvent::returned);
    CHECK(shelf.last().finding.returned == shelf.now());
    CHECK(shelf.last().finding.state == AlarmState::returned);
    shelf.clock += 9min;
    shelf.raise(shelf.rail);
    CHECK(shelf.last().event == FindingEvent::reopened);
    CHECK(shelf.last().finding.repeats == i);
    CHECK_FALSE(shelf.last().finding.returned.has_value());
    CHECK(shelf.last().finding.id.occurrence == 1);
    CHECK(shelf.last().finding.since == moment(0s));
  }
}

TEST_CASE("after the hold time a comeback is another occurrence, and the old one is ended first") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  shelf.clear(shelf.rail);
  shelf.clock += 10min;
  shelf.raise(shelf.rail);
  REQUIRE(shelf.told.size() == 4);
  CHECK(shelf.told[2].event == FindingEvent::updated);
  CHECK(shelf.told[2].finding.state == AlarmState::normal);
  CHECK(shelf.told[2].finding.id.occurrence == 1);
  CHECK(shelf.told[3].event == FindingEvent::opened);
  CHECK(shelf.told[3].finding.id.occurrence == 2);
  CHECK(shelf.told[3].finding.repeats == 0);
}

TEST_CASE("an acknowledged finding that flaps stays one occurrence, and ends a hold time after its return") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  CHECK(shelf.acknowledge(shelf.rail).has_value());
  CHECK(shelf.last().finding.by == "li");
  shelf.clear(shelf.rail);
  CHECK(shelf.last().finding.state == AlarmState::acknowledged);
  CHECK_FALSE(shelf.last().finding.active);
  shelf.clock += 5min;
  shelf.raise(shelf.rail);
  CHECK(shelf.last().event == FindingEvent::reopened);
  CHECK(shelf.last().finding.state == AlarmState::unacknowledged);
  CHECK(shelf.acknowledge(shelf.rail).has_value());
  shelf.clear(shelf.rail);
  shelf.clock += 599s;
  shelf.tick();
  CHECK(shelf.book.finding(shelf.rail) != nullptr);
  shelf.clock += 1s;
  shelf.tick();
  CHECK(shelf.last().event == FindingEvent::updated);
  CHECK(shelf.last().finding.state == AlarmState::normal);
  CHECK(shelf.book.open().empty());
}

TEST_CASE("acknowledging what has been gone for the hold time ends it at once") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  shelf.clear(shelf.rail);
  shelf.clock += 11min;
  CHECK(shelf.acknowledge(shelf.rail).has_value());
  CHECK(shelf.last().event == FindingEvent::acknowledged);
  CHECK(shelf.last().finding.state == AlarmState::normal);
  CHECK(shelf.book.open().empty());
}

TEST_CASE("a returned finding nobody looked at is kept a week and then ends") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  shelf.clear(shelf.rail);
  shelf.clock += 24h * 7 - 1s;
  shelf.tick();
  CHECK(shelf.book.open().size() == 1);
  shelf.clock += 1s;
  shelf.tick();
  CHECK(shelf.book.open().empty());
  CHECK(shelf.last().finding.state == AlarmState::normal);
}

TEST_CASE("an active finding never ends by time") {
  Shelf shelf;
  shelf.raise(shelf.relay);
  CHECK(shelf.acknowledge(shelf.relay).has_value());
  shelf.clock += 24h * 365;
  shelf.tick();
  CHECK(shelf.book.active(shelf.relay));
}

TEST_CASE("a shelved finding follows the measurement, and comes back unacknowledged when the shelf ends") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  REQUIRE(shelf.shelve(shelf.rail, 1h).has_value());
  CHECK(shelf.last().event == FindingEvent::shelved);
  CHECK(shelf.last().finding.reason == "part ordered");
  shelf.clear(shelf.rail);
  CHECK(shelf.last().event == FindingEvent::returned);
  CHECK(shelf.last().finding.state == AlarmState::shelved);
  shelf.clock += 30min;
  shelf.raise(shelf.rail);
  CHECK(shelf.last().event == FindingEvent::reopened);
  CHECK(shelf.last().finding.id.occurrence == 1);
  shelf.clock += 30min - 1ms;
  shelf.tick();
  CHECK(shelf.last().event == FindingEvent::reopened);
  shelf.clock += 1ms;
  shelf.tick();
  CHECK(shelf.last().event == FindingEvent::unshelved);
  CHECK(shelf.last().finding.state == AlarmState::unacknowledged);
  CHECK_FALSE(shelf.last().finding.shelved_until.has_value());
  CHECK(shelf.last().finding.by.empty());
}

TEST_CASE("a shelf that ends after the fault went shows it as returned") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  REQUIRE(shelf.shelve(shelf.rail, 1h).has_value());
  shelf.clear(shelf.rail);
  CHECK(shelf.book.unshelve(shelf.id(shelf.rail), "wang", shelf.now(), shelf.told).has_value());
  CHECK(shelf.last().finding.state == AlarmState::returned);
  CHECK(shelf.last().finding.by == "wang");
}

TEST_CASE("a shelf needs a reason, an end ahead, and not further than a week") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  const auto id = shelf.id(shelf.rail);
  const auto at = shelf.now();
  CHECK(shelf.book.shelve(id, {"li", "", at.wall + 1h}, at, shelf.told).error().code == Errc::invalid_argument);
  CHECK(shelf.book.shelve(id, {"li", "x", at.wall}, at, shelf.told).error().code == Errc::invalid_argument);
  CHECK(shelf.book.shelve(id, {"li", "x", at.wall + 24h * 8}, at, shelf.told).error().code == Errc::invalid_argument);
  CHECK(shelf.told.size() == 1);
  CHECK(shelf.book.finding(shelf.rail)->state == AlarmState::unacknowledged);
}

TEST_CASE("orders for what is not there, or does not apply, are refused and change nothing") {
  Shelf shelf;
  shelf.raise(shelf.rail);
  const auto before = *shelf.book.finding(shelf.rail);
  for (const auto* id : {"", "nonsense", "demo/power-1/output.voltage/rail.low/2",
                         "else/power-1/output.voltage/rail.low/1", "demo/board-1/relay.1.state/relay.welded/1"}) {
    CAPTURE(id);
    CHECK(shelf.book.acknowledge(id, "li", shelf.now(), shelf.told).error().code == Errc::invalid_argument);
  }
  CHECK_FALSE(shelf.book.unshelve(shelf.id(shelf.rail), "li", shelf.now(), shelf.told).has_value());
  CHECK(*shelf.book.finding(shelf.rail) == before);
  CHECK(shelf.acknowledge(shelf.rail).has_value());
  CHECK_FALSE(shelf.book.acknowledge(shelf.id(shelf.rail), "wang", shelf.now(), shelf.told).has_value());
  CHECK(shelf.book.finding(shelf.rail)->by == "li");
}

TEST_CASE("occurrence numbers go on after a restart and are never given twice") {
  Shelf shelf;
  shelf.book.restore({}, {{"demo", "power-1", "output.voltage", "rail.low", 7},
                          {"demo", "power-1", "output.voltage", "rail.low", 3},
                          {"other", "power-1", "output.voltage", "rail.low", 99}});
  shelf.raise(shelf.rail);
  CHECK(shelf.last().finding.id.occurrence == 8);
}

TEST_CASE("a finding that was open before the restart is open after it, silently") {
  Shelf before;
  before.raise(before.rail);
  Shelf after;
  after.book.restore(before.book.open(), {});
  after.book.wake(after.now());
  after.raise(after.rail);
  CHECK(after.told.empty());
  CHECK(after.book.open() == before.book.open());
}

TEST_CASE("the hold time goes on through a restart of the process") {
  for (const auto away : {8min, 11min}) {
    Shelf before;
    before.raise(before.rail);
    before.clear(before.rail);
    Shelf after;
    after.book.restore(before.book.open(), {{"demo", "power-1", "output.voltage", "rail.low", 1}});
    after.clock = before.clock + away;
    after.book.wake(after.now());
    after.raise(after.rail);
    CHECK(after.last().finding.id.occurrence == (away < 10min ? 1 : 2));
  }
}

TEST_CASE("the hold time starts again after a reboot, when nobody knows how long it was") {
  Shelf before;
  before.clock = 24h;
  before.raise(before.rail);
  before.clear(before.rail);
  Shelf after;
  after.book.restore(before.book.open(), {});
  after.clock = 0s;  // the boot clock began anew
  after.book.wake(after.now());
  after.clock += 9min;
  after.raise(after.rail);
  CHECK(after.last().event == FindingEvent::reopened);
}

TEST_CASE("the boot clock of another boot is not compared, even when it looks later") {
  Shelf before;
  before.raise(before.rail);
  before.clear(before.rail);
  Shelf after;
  after.book.restore(before.book.open(), {});
  auto now = moment(2h);
  now.wall += 24h * 3;  // the machine was off for three days and has been up for longer than before
  after.book.wake(now);
  after.book.raise(after.rail, now, {}, now, after.told);
  CHECK(after.last().event == FindingEvent::reopened);
}

TEST_CASE("a shelf's end survives a reboot, and is short when the clock knows nothing") {
  Shelf before;
  before.raise(before.rail);
  REQUIRE(before.shelve(before.rail, 20h).has_value());
  for (const auto trust : {ClockTrust::ntp, ClockTrust::none}) {
    Shelf after;
    after.book.restore(before.book.open(), {});
    auto now = moment(0s);
    now.boot = BootTime{} + 10s;
    now.trust = trust;
    after.book.wake(now);
    now.boot += (trust == ClockTrust::none ? 8h : 20h) - 1s;
    after.book.tick(now, after.told);
    CHECK(after.told.empty());
    now.boot += 1s;
    after.book.tick(now, after.told);
    REQUIRE(after.told.size() == 1);
    CHECK(after.told.front().event == FindingEvent::unshelved);
  }
}

TEST_CASE("a finding the configuration watches no more stays listed until it is acknowledged") {
  Finding orphan;
  orphan.id = {"demo", "gone-1", "output.voltage", "rail.low", 4};
  orphan.fault_class = FaultClass::major;
  Shelf shelf;
  shelf.book.restore({orphan}, {});
  shelf.book.wake(shelf.now());
  shelf.clock += 24h * 30;
  shelf.tick();
  REQUIRE(shelf.book.open().size() == 1);
  CHECK(shelf.book.open().front() == orphan);
  CHECK(shelf.book.acknowledge(to_string(orphan.id), "li", shelf.now(), shelf.told).has_value());
  shelf.tick();
  CHECK(shelf.book.open().empty());
  CHECK(shelf.last().finding.state == AlarmState::normal);
}

TEST_CASE("findings of another site, and ended ones, are not taken over") {
  Finding other;
  other.id = {"elsewhere", "power-1", "output.voltage", "rail.low", 4};
  Finding ended = other;
  ended.id.site = "demo";
  ended.state = AlarmState::normal;
  Shelf shelf;
  shelf.book.restore({other, ended}, {});
  CHECK(shelf.book.open().empty());
}

TEST_CASE("a suppressed finding is released as it is measured then") {
  Shelf shelf;
  shelf.raise(shelf.relay);
  shelf.book.suppress(shelf.relay, shelf.now(), shelf.told);
  CHECK(shelf.last().finding.state == AlarmState::suppressed);
  shelf.book.suppress(shelf.relay, shelf.now(), shelf.told);
  CHECK(shelf.told.size() == 2);
  shelf.clear(shelf.relay);
  shelf.book.release(shelf.relay, shelf.now(), shelf.told);
  CHECK(shelf.last().finding.state == AlarmState::returned);
  shelf.book.release(shelf.rail, shelf.now(), shelf.told);
  CHECK(shelf.told.size() == 4);
}

TEST_CASE(
    "a fault that is better known now is the same finding with another analysis; one that is gone is not touched") {
  Shelf shelf;
  Analysis better;
  better.title = {"应答过慢", "Answers too late"};
  shelf.book.restate(shelf.rail, better, shelf.now(), shelf.told);
  CHECK(shelf.told.empty());
  shelf.raise(shelf.rail);
  REQUIRE(shelf.acknowledge(shelf.rail).has_value());
  shelf.clock = 9s;
  shelf.book.restate(shelf.rail, better, shelf.now(), shelf.told);
  REQUIRE(shelf.told.size() == 3);
  CHECK(shelf.last().event == FindingEvent::updated);
  CHECK(shelf.last().finding.analysis.title == better.title);
  CHECK(shelf.last().finding.state == AlarmState::acknowledged);
  CHECK(shelf.last().finding.changed == moment(9s));
  CHECK(shelf.last().finding.id.occurrence == 1);
  shelf.clear(shelf.rail);
  shelf.book.restate(shelf.rail, {}, shelf.now(), shelf.told);
  CHECK(shelf.told.size() == 4);
}
