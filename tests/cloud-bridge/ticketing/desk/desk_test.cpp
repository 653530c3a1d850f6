#include "cloud-bridge/ticketing/desk/desk.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

void take(Desk& desk, const std::vector<Sample>& samples, WallTime now) {
  std::vector<Incoming> batch;
  for (const auto& sample : samples) batch.push_back(sample.incoming());
  REQUIRE(desk.take(batch, now).has_value());
}

Action action(EventKind kind, std::optional<Outcome> outcome = std::nullopt) {
  Action wanted;
  wanted.kind = kind;
  wanted.by = "李娜";
  wanted.outcome = outcome;
  return wanted;
}

std::vector<EventKind> kinds(Desk& desk, TicketId id) {
  const auto ledger = desk.ledger(id);
  REQUIRE(ledger.has_value());
  std::vector<EventKind> all;
  for (const auto& row : *ledger) all.push_back(row.event.kind);
  return all;
}

}  // namespace

TEST_CASE("a tick writes each warning and expiry once, and they are there after a restart") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  take(*desk, {Sample{}}, noon);
  CHECK(desk->tick(noon + 10min)->empty());
  CHECK(desk->tick(noon + 25min).value() == std::vector<TicketId>{1});
  CHECK(desk->tick(noon + 26min)->empty());
  CHECK(desk->tick(noon + 31min).value() == std::vector<TicketId>{1});
  desk.reset();
  desk = desk_in(home.path(), noon + 32min);
  CHECK(desk->tick(noon + 32min)->empty());
  CHECK(kinds(*desk, 1) ==
        std::vector<EventKind>{EventKind::reported, EventKind::noticed, EventKind::warned, EventKind::expired});
}

TEST_CASE("what the ledger gives after a restart is what was shown before") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  take(*desk, {Sample{.fault_class = FaultClass::major}}, noon);
  REQUIRE(desk->act(1, action(EventKind::acknowledged), noon + 5min).has_value());
  REQUIRE(desk->act(1, action(EventKind::resolved, Outcome::bridged), noon + 2h).has_value());
  const auto before = desk->list({})[0]->ticket;
  desk.reset();
  desk = desk_in(home.path(), noon + 3h);
  const auto& after = desk->list({})[0]->ticket;
  CHECK(after.state() == before.state());
  CHECK(after.owner == before.owner);
  CHECK(after.dispatched == before.dispatched);
  CHECK(after.fault_class == before.fault_class);
  CHECK(after.majors_told);
  for (std::size_t i = 0; i < clock_count; ++i) {
    CHECK(after.clocks.at(i).due() == before.clocks.at(i).due());
    CHECK(after.clocks.at(i).stopped == before.clocks.at(i).stopped);
  }
}

TEST_CASE("an action that is refused leaves no trace in the ledger") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}}, noon);
  const auto refused = desk->act(1, action(EventKind::resolved, Outcome::repaired), noon + 1min);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::not_permitted);
  CHECK(kinds(*desk, 1).size() == 2);
  CHECK_FALSE(desk->act(77, action(EventKind::acknowledged), noon).has_value());
}

TEST_CASE("closed tickets leave the list after 30 days, are found by number, and open again by themselves") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  take(*desk, {Sample{}, Sample{.seq = 2, .event = FindingEvent::returned, .active = false}}, noon);
  REQUIRE(desk->act(1, action(EventKind::resolved, Outcome::repaired), noon + 1h).has_value());
  REQUIRE(desk->tick(noon + 24h * 29).has_value());
  CHECK(desk->list({}).size() == 1);
  const auto later = noon + 24h * 31;
  REQUIRE(desk->tick(later).has_value());
  CHECK(desk->list({}).empty());
  const auto found = desk->find("T-2026-000001");
  REQUIRE(found.has_value());
  REQUIRE(*found != nullptr);
  CHECK((*found)->ticket.state() == TicketState::closed);
  take(*desk, {Sample{.seq = 3, .event = FindingEvent::reopened}}, later);
  CHECK(desk->list({.open = true}).size() == 1);
  CHECK(desk->list({})[0]->ticket.round == 2);
}

TEST_CASE("the list has open tickets before closed ones and the newest first") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  for (std::uint64_t i = 1; i <= 4; ++i) {
    take(*desk,
         {Sample{.seq = i, .event = FindingEvent::returned, .active = false, .device = "d-" + std::to_string(i)}},
         noon + i * 1min);
  }
  REQUIRE(desk->act(4, action(EventKind::resolved, Outcome::no_fault_found), noon + 1h).has_value());
  std::vector<TicketId> order;
  for (const auto* entry : desk->list({})) order.push_back(entry->row.id);
  CHECK(order == std::vector<TicketId>{3, 2, 1, 4});
  CHECK(desk->list({.state = TicketState::closed}).size() == 1);
  CHECK(desk->list({.most = 2}).size() == 2);
}
