#include "cloud-bridge/ticketing/ledger/dispatch.hpp"

#include "cloud-bridge/ticketing/ledger/decide.hpp"
#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <map>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

Finding finding_of(const std::string& kind, const std::string& department = "power") {
  auto finding = Sample{}.message().change.finding;
  finding.id.kind = kind;
  finding.analysis.department = department;
  return finding;
}

std::vector<std::string> parties(const std::vector<Event>& events, EventKind kind) {
  std::vector<std::string> all;
  for (const auto& event : events) {
    if (event.kind == kind) all.push_back(event.party);
  }
  return all;
}

}  // namespace

TEST_CASE("the standard table names its four trades in both languages, and its fallback is one of them") {
  const auto table = standard_dispatch();
  REQUIRE(table.departments.size() == 4);
  for (const auto& party : table.departments) {
    CAPTURE(party.key);
    CHECK_FALSE(party.name.zh.empty());
    CHECK_FALSE(party.name.en.empty());
    CHECK(table.department(party.key) == &party);
  }
  CHECK(table.department(table.fallback) != nullptr);
  CHECK(table.department("nobody") == nullptr);
  CHECK(table.department("") == nullptr);
}

TEST_CASE("without a rule the site's first analysis decides, if its department exists") {
  const auto table = standard_dispatch();
  CHECK(table.department_of(finding_of("power.sag", "power")) == "power");
  CHECK(table.department_of(finding_of("power.sag", "")) == table.fallback);
  CHECK(table.department_of(finding_of("power.sag", "Power")) == table.fallback);
  CHECK(table.department_of(finding_of("power.sag", "customer-service")) == table.fallback);
}

TEST_CASE("the longest beginning wins in whatever order the rules stand") {
  auto table = standard_dispatch();
  table.rules = {{"relay.", "power"}, {"relay.welded", "measurement"}, {"", "network"}};
  std::sort(table.rules.begin(), table.rules.end(), [](const Rule& a, const Rule& b) { return a.prefix < b.prefix; });
  do {
    CHECK(table.department_of(finding_of("relay.welded")) == "measurement");
    CHECK(table.department_of(finding_of("relay.welded_twice")) == "measurement");
    CHECK(table.department_of(finding_of("relay.stuck")) == "power");
    CHECK(table.department_of(finding_of("leakage.rising")) == "network");
  } while (std::next_permutation(table.rules.begin(), table.rules.end(),
                                 [](const Rule& a, const Rule& b) { return a.prefix < b.prefix; }));
}

TEST_CASE("a rule is a beginning of the kind, not something in its middle, and is exact about case") {
  auto table = standard_dispatch();
  table.rules = {{"welded", "measurement"}, {"Relay.", "measurement"}, {"relay.welded.more", "measurement"}};
  CHECK(table.department_of(finding_of("relay.welded", "power")) == "power");
}

TEST_CASE("of two rules with the same beginning the first stands") {
  auto table = standard_dispatch();
  table.rules = {{"relay.", "power"}, {"relay.", "measurement"}};
  CHECK(table.department_of(finding_of("relay.welded")) == "power");
}

TEST_CASE("a major fault reaches head, company and experts of the department the rules give, all at one moment") {
  auto table = standard_dispatch();
  table.rules = {{"relay.", "measurement"}};
  const auto events = on_report(nullptr, Sample{.fault_class = FaultClass::major}.message(), table, noon + 7ms);
  CHECK(parties(events, EventKind::noticed) ==
        std::vector<std::string>{"customer-service", "head/measurement", "company", "experts/measurement"});
  std::map<WallTime, std::size_t> moments;
  for (const auto& event : events) ++moments[event.at];
  CHECK(moments == std::map<WallTime, std::size_t>{{noon + 7ms, events.size()}});
}

TEST_CASE("ordinary and preventive faults leave head, company and experts in peace") {
  const auto table = standard_dispatch();
  for (const auto fault_class : {FaultClass::ordinary, FaultClass::preventive}) {
    const auto events = on_report(nullptr, Sample{.fault_class = fault_class}.message(), table, noon);
    CHECK(parties(events, EventKind::noticed) == std::vector<std::string>{"customer-service"});
  }
}

TEST_CASE("a fault that opens again as a major one does not tell the company a second time") {
  const auto table = standard_dispatch();
  Ticket ticket;
  const auto report = [&](const Sample& sample, WallTime now) {
    const auto events = on_report(ticket.newest ? &ticket : nullptr, sample.message(), table, now);
    for (const auto& event : events) apply(ticket, event);
    return parties(events, EventKind::noticed).size();
  };
  CHECK(report({.fault_class = FaultClass::major}, noon) == 4);
  CHECK(report({.seq = 2, .event = FindingEvent::returned, .active = false}, noon + 1h) == 0);
  apply(ticket, resolved(Outcome::repaired, noon + 2h));
  CHECK(report({.seq = 3, .event = FindingEvent::reopened, .fault_class = FaultClass::major}, noon + 3h) == 0);
  CHECK(ticket.round == 2);
}

TEST_CASE("whoever takes a ticket first hands it to its trade, once in a round, whatever the first step is") {
  const auto table = standard_dispatch();
  for (const auto kind : {EventKind::acknowledged, EventKind::remote_started, EventKind::arrived}) {
    Ticket ticket;
    for (const auto& event : on_report(nullptr, Sample{}.message(), table, noon)) apply(ticket, event);
    Action action;
    action.kind = kind;
    action.by = "李娜";
    const auto first = on_action(ticket, action, table, noon + 1min);
    REQUIRE(first.has_value());
    CHECK(parties(*first, EventKind::dispatched) == std::vector<std::string>{"relay-electronics"});
    for (const auto& event : *first) apply(ticket, event);
    action.kind = EventKind::arrived;
    const auto next = on_action(ticket, action, table, noon + 2min);
    REQUIRE(next.has_value());
    CHECK(parties(*next, EventKind::dispatched).empty());
  }
}

TEST_CASE("a remark hands nothing over") {
  const auto table = standard_dispatch();
  Ticket ticket;
  for (const auto& event : on_report(nullptr, Sample{}.message(), table, noon)) apply(ticket, event);
  Action action;
  action.kind = EventKind::noted;
  action.by = "李娜";
  action.note = "the customer called";
  const auto noted = on_action(ticket, action, table, noon);
  REQUIRE(noted.has_value());
  CHECK(noted->size() == 1);
}
