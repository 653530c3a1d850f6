#include "cloud-bridge/ticketing/ledger/ticket.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <random>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

/// Everything a person could see of a ticket.
std::string face(const Ticket& ticket) {
  std::string text = std::string(name(ticket.state())) + ' ' + std::string(name(ticket.fault_class)) + " round " +
                     std::to_string(ticket.round) + " newest " + std::to_string(ticket.latest.envelope.seq) +
                     (ticket.measured() ? " measured" : " gone") + " owner " + ticket.owner + " outcome " +
                     (ticket.outcome ? std::string(name(*ticket.outcome)) : "-");
  for (const auto& clock : ticket.clocks) {
    text +=
        " | " + rfc3339(clock.started) + " " + rfc3339(clock.due()) + " " + std::string(name(clock.status(noon + 3h)));
  }
  return text;
}

/// The life of one fault on site: opened, flapping, growing graver.
std::vector<Sample> life(std::mt19937& random, std::size_t length) {
  std::vector<Sample> reports;
  bool active = true;
  for (std::size_t i = 0; i < length; ++i) {
    Sample sample;
    sample.seq = i + 1;
    sample.event = i == 0 ? FindingEvent::opened : active ? FindingEvent::reopened : FindingEvent::returned;
    sample.active = active;
    sample.fault_class = random() % 9 == 0 ? FaultClass::major : FaultClass::ordinary;
    reports.push_back(sample);
    active = i == 0 ? random() % 2 == 0 : !active;
  }
  return reports;
}

}  // namespace

TEST_CASE("reports shuffled and repeated tenfold give the ticket that their right order gives") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto reports = life(random, 1 + random() % 12);
    std::vector<Event> straight;
    for (const auto& report : reports) straight.push_back(reported(report, noon));
    std::vector<Event> wild;
    for (int copy = 0; copy < 10; ++copy) wild.insert(wild.end(), straight.begin(), straight.end());
    std::shuffle(wild.begin(), wild.end(), random);
    CHECK(face(replay(straight)) == face(replay(wild)));
  }
}

TEST_CASE("between two actions of people the order of reports does not matter either") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    auto reports = life(random, 14);
    // What was known at the close says "gone", so that it may be closed.
    reports[6].active = false;
    const auto told = [&](std::mt19937* shuffle) {
      std::vector<Event> before, after;
      for (std::size_t i = 0; i < 7; ++i) before.push_back(reported(reports[i], noon));
      for (std::size_t i = 7; i < reports.size(); ++i) after.push_back(reported(reports[i], noon + 2h));
      if (shuffle) {
        std::shuffle(before.begin(), before.end(), *shuffle);
        std::shuffle(after.begin(), after.end(), *shuffle);
      }
      before.push_back(resolved(Outcome::repaired, noon + 1h));
      before.insert(before.end(), after.begin(), after.end());
      return face(replay(before));
    };
    CHECK(told(nullptr) == told(&random));
  }
}

TEST_CASE("a return that overtakes the opening still makes one correct ticket") {
  const Sample opened;
  Sample returned;
  returned.seq = 2;
  returned.event = FindingEvent::returned;
  returned.active = false;
  Ticket ticket;
  apply(ticket, reported(returned, noon));
  CHECK(ticket.state() == TicketState::recovered);
  apply(ticket, reported(opened, noon + 1s));
  CHECK(ticket.state() == TicketState::recovered);
  CHECK_FALSE(ticket.measured());
  CHECK(ticket.opened_at == noon);
  CHECK(ticket.clock(ClockKind::response).started == noon);
}

TEST_CASE("a fault that went away says so and stays open until a person gives an outcome") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  CHECK(ticket.state() == TicketState::fresh);
  apply(ticket, reported({.seq = 2, .event = FindingEvent::returned, .active = false}, noon + 1min));
  CHECK(ticket.state() == TicketState::recovered);
  CHECK(ticket.open());
  apply(ticket, reported({.seq = 3, .event = FindingEvent::reopened}, noon + 2min));
  CHECK(ticket.state() == TicketState::fresh);
  apply(ticket, reported({.seq = 4, .event = FindingEvent::returned, .active = false}, noon + 3min));
  apply(ticket, resolved(Outcome::no_fault_found, noon + 4min));
  CHECK(ticket.state() == TicketState::closed);
  CHECK(ticket.closed_at == noon + 4min);
}

TEST_CASE("a ticket whose fault is still measured cannot be closed, even by a ledger that says so") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  apply(ticket, resolved(Outcome::repaired, noon + 1min));
  CHECK(ticket.state() == TicketState::bridged);
  CHECK(ticket.open());
}

TEST_CASE("a bridged ticket stays open when the spare makes the fault disappear, and closes with the repair") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  apply(ticket, resolved(Outcome::bridged, noon + 1h));
  apply(ticket, reported({.seq = 2, .event = FindingEvent::returned, .active = false}, noon + 2h));
  CHECK(ticket.state() == TicketState::bridged);
  apply(ticket, resolved(Outcome::replaced, noon + 48h));
  CHECK(ticket.state() == TicketState::closed);
  CHECK(ticket.clock(ClockKind::on_site).stopped == noon + 1h);
}

TEST_CASE("a bridge that does not hold begins a new round, the bridged fault itself does not") {
  Ticket bridged;
  apply(bridged, reported({}, noon));
  apply(bridged, reported({.seq = 2}, noon + 1min));
  apply(bridged, resolved(Outcome::bridged, noon + 1h));
  const auto gone = reported({.seq = 4, .event = FindingEvent::returned, .active = false, .occurrence = 2}, noon + 2h);
  const auto again = reported({.seq = 3, .occurrence = 2}, noon + 2h);
  SUBCASE("the same occurrence, and what was known before") {
    apply(bridged, reported({.seq = 5, .event = FindingEvent::reopened}, noon + 2h));
    apply(bridged, reported({.seq = 1, .occurrence = 2}, noon + 2h));
    CHECK(bridged.state() == TicketState::bridged);
    CHECK(bridged.round == 1);
  }
  SUBCASE("another, in whatever order its reports come") {
    auto overtaken = bridged;
    for (const auto& event : {again, gone}) apply(bridged, event);
    for (const auto& event : {gone, again}) apply(overtaken, event);
    CHECK(bridged.round == 2);
    CHECK(bridged.state() == TicketState::recovered);
    CHECK_FALSE(bridged.outcome.has_value());
    CHECK(face(bridged) == face(overtaken));
    // Bridged once more, it is again this occurrence that may stay.
    apply(bridged, resolved(Outcome::bridged, noon + 3h));
    apply(bridged, reported({.seq = 5, .event = FindingEvent::reopened, .occurrence = 2}, noon + 4h));
    CHECK(bridged.state() == TicketState::bridged);
    CHECK(bridged.round == 2);
  }
}

TEST_CASE("a fault measured again after the close opens the ticket again with new clocks and keeps the old ones") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  apply(ticket, reported({.seq = 2, .event = FindingEvent::returned, .active = false}, noon + 1min));
  apply(ticket, resolved(Outcome::repaired, noon + 10min));
  // Something older that was late changes nothing.
  apply(ticket, reported({}, noon + 1h));
  CHECK(ticket.state() == TicketState::closed);
  apply(ticket, reported({.seq = 3, .event = FindingEvent::reopened}, noon + 2h));
  CHECK(ticket.state() == TicketState::fresh);
  CHECK(ticket.round == 2);
  CHECK_FALSE(ticket.outcome);
  CHECK(ticket.earlier.size() == 3);
  CHECK(ticket.earlier[0].status(noon + 5h) == ClockStatus::kept);
  CHECK(ticket.clock(ClockKind::response).due() == noon + 2h + 30min);
}

TEST_CASE("the gravest class any report gave stays, and work only goes forward") {
  Ticket ticket;
  apply(ticket, reported({.fault_class = FaultClass::major}, noon));
  apply(ticket, reported({.seq = 2, .fault_class = FaultClass::preventive}, noon + 1min));
  CHECK(ticket.fault_class == FaultClass::major);
  apply(ticket, event_of(EventKind::arrived, noon + 5min));
  apply(ticket, event_of(EventKind::acknowledged, noon + 6min));
  CHECK(ticket.state() == TicketState::on_site);
}

TEST_CASE("reports of a gateway's new database come after those of its old one, whatever their numbers") {
  Ticket ticket;
  apply(ticket, reported({.seq = 900}, noon));
  apply(ticket, reported({.epoch = epoch_b, .seq = 1, .event = FindingEvent::returned, .active = false}, noon + 1h));
  CHECK_FALSE(ticket.measured());
  apply(ticket, reported({.seq = 901, .event = FindingEvent::updated}, noon + 2h));
  CHECK_FALSE(ticket.measured());
}

TEST_CASE("events that make no sense change nothing") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  const auto before = face(ticket);
  apply(ticket, event_of(EventKind::reported, noon));
  apply(ticket, event_of(EventKind::resolved, noon));
  apply(ticket, event_of(EventKind::paused, noon));
  auto resumed = event_of(EventKind::resumed, noon);
  resumed.clock = ClockKind::remote;
  apply(ticket, resumed);
  CHECK(face(ticket) == before);
}

TEST_CASE("warnings and expiries are told once each, when they are due and the clock runs") {
  Ticket ticket;
  apply(ticket, reported({}, noon));
  const auto step = [&](WallTime now) {
    const auto marks = due_marks(ticket, now);
    for (const auto& mark : marks) apply(ticket, mark);
    return marks.size();
  };
  CHECK(step(noon + 23min) == 0);
  CHECK(step(noon + 24min) == 1);
  CHECK(step(noon + 25min) == 0);
  CHECK(step(noon + 30min) == 0);
  CHECK(step(noon + 30min + 1ms) == 1);
  CHECK(ticket.clock(ClockKind::response).expired);
  CHECK(step(noon + 12h + 1s) == 4);
  apply(ticket, resolved(Outcome::bridged, noon + 13h));
  CHECK(step(noon + 100h) == 0);
  CHECK(ticket.clock(ClockKind::response).status(noon + 14h) == ClockStatus::missed);
}

TEST_CASE("numbers carry the year of the opening") {
  CHECK(ticket_number(noon, 123) == "T-2026-000123");
  CHECK(ticket_number(*parse_rfc3339("2027-01-01T00:00:00Z"), 1234567) == "T-2027-1234567");
}
