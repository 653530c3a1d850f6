#include "cloud-bridge/ticketing/ledger/decide.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <random>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

const DispatchTable table = standard_dispatch();

std::vector<std::string> told(const std::vector<Event>& events) {
  std::vector<std::string> parties;
  for (const auto& event : events) {
    if (event.kind == EventKind::noticed) parties.push_back(event.party);
  }
  return parties;
}

Ticket ticket_of(const Sample& sample) {
  Ticket ticket;
  for (const auto& event : on_report(nullptr, sample.message(), table, noon)) apply(ticket, event);
  return ticket;
}

Action action(EventKind kind, std::string by = "李娜") {
  Action wanted;
  wanted.kind = kind;
  wanted.by = std::move(by);
  return wanted;
}

Errc refusal(const Ticket& ticket, const Action& wanted, WallTime now = noon + 1min) {
  const auto events = on_action(ticket, wanted, table, now);
  REQUIRE_FALSE(events.has_value());
  return events.error().code;
}

}  // namespace

TEST_CASE("customer service hears of every ticket once, at its opening") {
  const Sample sample;
  const auto events = on_report(nullptr, sample.message(), table, noon);
  CHECK(told(events) == std::vector<std::string>{"customer-service"});
  const auto ticket = ticket_of(sample);
  CHECK(told(on_report(&ticket, Sample{.seq = 2}.message(), table, noon)).empty());
}

TEST_CASE("a major fault is told to the head, the company and the experts at the same moment, once") {
  Sample sample{.fault_class = FaultClass::major};
  const auto events = on_report(nullptr, sample.message(), table, noon);
  CHECK(told(events) ==
        std::vector<std::string>{"customer-service", "head/relay-electronics", "company", "experts/relay-electronics"});
  CHECK(std::all_of(events.begin(), events.end(), [](const Event& event) { return event.at == noon; }));
  const auto ticket = ticket_of(sample);
  sample.seq = 2;
  CHECK(told(on_report(&ticket, sample.message(), table, noon)).empty());
}

TEST_CASE("a fault that becomes major later is told then") {
  const auto ticket = ticket_of({});
  const auto events =
      on_report(&ticket, Sample{.seq = 2, .fault_class = FaultClass::major}.message(), table, noon + 1h);
  CHECK(told(events).size() == 3);
}

TEST_CASE("the acknowledgement stops the response clock and hands the ticket to its trade") {
  auto ticket = ticket_of({});
  const auto events = on_action(ticket, action(EventKind::acknowledged), table, noon + 10min);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 2);
  CHECK((*events)[1].kind == EventKind::dispatched);
  CHECK((*events)[1].party == "relay-electronics");
  for (const auto& event : *events) apply(ticket, event);
  CHECK(ticket.clock(ClockKind::response).status(noon + 1h) == ClockStatus::kept);
  CHECK(ticket.clock(ClockKind::remote).status(noon + 1h) == ClockStatus::running);
  CHECK(ticket.owner == "李娜");
  CHECK(refusal(ticket, action(EventKind::acknowledged, "王伟")) == Errc::not_permitted);
}

TEST_CASE("an outcome is refused while the fault is measured, except a bridge") {
  const auto ticket = ticket_of({});
  auto wanted = action(EventKind::resolved);
  CHECK(refusal(ticket, wanted) == Errc::invalid_argument);
  for (const auto outcome : {Outcome::repaired, Outcome::replaced, Outcome::no_fault_found}) {
    wanted.outcome = outcome;
    CHECK(refusal(ticket, wanted) == Errc::not_permitted);
  }
  wanted.outcome = Outcome::bridged;
  CHECK(on_action(ticket, wanted, table, noon).has_value());
}

TEST_CASE("a closed ticket takes remarks only") {
  auto ticket = ticket_of({.event = FindingEvent::returned, .active = false});
  apply(ticket, resolved(Outcome::repaired, noon));
  CHECK(refusal(ticket, action(EventKind::arrived)) == Errc::not_permitted);
  auto remark = action(EventKind::noted);
  remark.note = "客户满意";
  CHECK(on_action(ticket, remark, table, noon).has_value());
}

TEST_CASE("a pause needs a reason, a person and an expected end, and never holds the response") {
  const auto ticket = ticket_of({});
  auto wanted = action(EventKind::paused);
  wanted.note = "等待备件";
  wanted.until = noon + 5h;
  CHECK(refusal(ticket, wanted) == Errc::invalid_argument);
  wanted.clock = ClockKind::response;
  CHECK(refusal(ticket, wanted) == Errc::not_permitted);
  wanted.clock = ClockKind::on_site;
  CHECK(on_action(ticket, wanted, table, noon + 1min).has_value());
  wanted.note = "  ";
  CHECK(refusal(ticket, wanted) == Errc::invalid_argument);
  wanted.note = "等待备件";
  for (const auto until : {std::optional<WallTime>{}, std::optional(noon), std::optional(noon + 24h * 60)}) {
    wanted.until = until;
    CHECK(refusal(ticket, wanted) == Errc::invalid_argument);
  }
}

TEST_CASE("a clock is paused once at a time and resumed only when paused") {
  auto ticket = ticket_of({});
  auto pause = action(EventKind::paused);
  pause.clock = ClockKind::remote;
  pause.note = "停电";
  pause.until = noon + 3h;
  auto resume = action(EventKind::resumed);
  resume.clock = ClockKind::remote;
  CHECK(refusal(ticket, resume) == Errc::not_permitted);
  const auto paused = on_action(ticket, pause, table, noon + 1h);
  REQUIRE(paused.has_value());
  for (const auto& event : *paused) apply(ticket, event);
  CHECK(refusal(ticket, pause, noon + 2h) == Errc::not_permitted);
  const auto resumed = on_action(ticket, resume, table, noon + 2h);
  REQUIRE(resumed.has_value());
  for (const auto& event : *resumed) apply(ticket, event);
  CHECK(ticket.clock(ClockKind::remote).due() == noon + 5h);
}

TEST_CASE("a clock that has run out cannot be paused, so a missed promise cannot be made good") {
  const auto ticket = ticket_of({});
  auto pause = action(EventKind::paused);
  pause.clock = ClockKind::remote;
  pause.note = "等待备件";
  pause.until = noon + 20h;
  CHECK(on_action(ticket, pause, table, noon + 4h).has_value());
  CHECK(refusal(ticket, pause, noon + 4h + 1ms) == Errc::not_permitted);
}

TEST_CASE("names and notes that could forge a line or fill a disk are refused") {
  const auto ticket = ticket_of({});
  const std::vector<std::string> names{"", "   ", "a\nb", "\x1b[31m", std::string(81, 'x')};
  for (const auto& by : names) {
    CHECK(refusal(ticket, action(EventKind::acknowledged, by)) == Errc::invalid_argument);
  }
  auto remark = action(EventKind::noted);
  remark.note = std::string(2001, 'x');
  CHECK(refusal(ticket, remark) == Errc::invalid_argument);
}

TEST_CASE("what only the service may write is no action of a person") {
  const auto ticket = ticket_of({});
  for (const auto kind : {EventKind::reported, EventKind::warned, EventKind::expired, EventKind::dispatched}) {
    CHECK(refusal(ticket, action(kind)) == Errc::invalid_argument);
  }
}

TEST_CASE("a rule overrules the analysis, the longest beginning wins, and the unknown falls back") {
  auto rules = standard_dispatch();
  Finding finding = Sample{}.message().change.finding;
  CHECK(rules.department_of(finding) == "relay-electronics");
  finding.analysis.department = "nobody";
  CHECK(rules.department_of(finding) == "network");
  rules.rules = {{"relay.", "power"}, {"relay.welded", "measurement"}, {"relay.w", "network"}};
  CHECK(rules.department_of(finding) == "measurement");
}

TEST_CASE("every name is read back as what it was written for") {
  for (int i = 0; i < 12; ++i) {
    CHECK(event_kind_from(name(static_cast<EventKind>(i))) == static_cast<EventKind>(i));
  }
  for (int i = 0; i < 4; ++i) CHECK(outcome_from(name(static_cast<Outcome>(i))) == static_cast<Outcome>(i));
  for (int i = 0; i < 3; ++i) CHECK(clock_kind_from(name(static_cast<ClockKind>(i))) == static_cast<ClockKind>(i));
  for (int i = 0; i < 7; ++i)
    CHECK(ticket_state_from(name(static_cast<TicketState>(i))) == static_cast<TicketState>(i));
  CHECK_FALSE(event_kind_from("?"));
}
