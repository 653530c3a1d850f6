#include "tests/cloud-bridge/ticketing/sample.hpp"

// One fault, one ticket: what a second occurrence of a fault does to the ticket of the first.

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

/// What the gateway says arrives as one batch.
void hear(Desk& desk, const std::vector<Incoming>& batch, WallTime now = noon) {
  REQUIRE(desk.take(batch, now).has_value());
}

void give_outcome(Desk& desk, TicketId id, Outcome outcome, WallTime when) {
  Action done;
  done.kind = EventKind::resolved;
  done.by = "李娜";
  done.outcome = outcome;
  REQUIRE(desk.act(id, done, when).has_value());
}

Incoming gone(std::uint64_t seq, std::uint32_t occurrence) {
  return Sample{.seq = seq, .event = FindingEvent::returned, .active = false, .occurrence = occurrence}.incoming();
}

}  // namespace

TEST_CASE("the same fault measured again joins its open ticket, whatever its occurrence and order of arrival") {
  const TemporaryDirectory home;
  auto desk = desk_in(home.path());
  hear(*desk, {Sample{}.incoming(), gone(2, 1)});
  SUBCASE("later") { hear(*desk, {Sample{.seq = 3, .occurrence = 2}.incoming()}, noon + 13min); }
  SUBCASE("after a restart of the service") {
    desk.reset();
    desk = desk_in(home.path(), noon + 1min);
    hear(*desk, {Sample{.seq = 3, .occurrence = 2}.incoming()}, noon + 13min);
  }
  SUBCASE("many at once, the newest first") {
    hear(*desk, {Sample{.seq = 7, .occurrence = 4}.incoming(), gone(6, 3), Sample{.seq = 5, .occurrence = 3}.incoming(),
                 gone(4, 2), Sample{.seq = 3, .occurrence = 2}.incoming()});
  }
  REQUIRE(desk->list({}).size() == 1);
  CHECK(desk->list({})[0]->ticket.measured());
  CHECK(desk->list({})[0]->ticket.round == 1);
  // Another point or place is another fault.
  hear(*desk, {Sample{.seq = 8, .device = "seat-08", .occurrence = 2}.incoming(),
               Sample{.seq = 9, .occurrence = 2, .site = "changsha-2"}.incoming()});
  CHECK(desk->list({}).size() == 3);
}

TEST_CASE("a fault measured again after its ticket was closed is a new ticket, and the next one joins that") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  hear(*desk, {Sample{}.incoming(), gone(2, 1)});
  give_outcome(*desk, 1, Outcome::repaired, noon + 1h);
  hear(*desk, {Sample{.seq = 3, .occurrence = 2}.incoming(), gone(4, 2), Sample{.seq = 5, .occurrence = 3}.incoming()},
       noon + 2h);
  CHECK(desk->list({}).size() == 2);
  // What a gateway kept while it was away: the old fault came back at once, and then once more.
  hear(*desk, {gone(6, 3)}, noon + 3h);
  give_outcome(*desk, 2, Outcome::repaired, noon + 3h);
  hear(*desk,
       {Sample{.seq = 7, .event = FindingEvent::reopened, .occurrence = 3}.incoming(),
        Sample{.seq = 8, .occurrence = 4}.incoming()},
       noon + 4h);
  CHECK(desk->list({}).size() == 2);
  CHECK(desk->list({})[0]->ticket.round == 2);
}

TEST_CASE("a bridge that does not hold begins new promises on the same ticket") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  hear(*desk, {Sample{}.incoming()});
  give_outcome(*desk, 1, Outcome::bridged, noon + 1h);
  hear(*desk, {gone(2, 1), Sample{.seq = 3, .occurrence = 2}.incoming()}, noon + 5h);
  REQUIRE(desk->list({}).size() == 1);
  const auto& ticket = desk->list({})[0]->ticket;
  CHECK(ticket.state() == TicketState::fresh);
  CHECK(ticket.clock(ClockKind::response).started == noon + 5h);
}

TEST_CASE("of two gateways with one name, each one's fault joins the ticket of its own") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto say = [&](const std::string& epoch, std::uint64_t seq, const std::string& device,
                       std::uint32_t occurrence) {
    hear(*desk, {Sample{.epoch = epoch, .seq = seq, .device = device, .occurrence = occurrence}.incoming()},
         noon + 1min * static_cast<int>(seq));
  };
  say(epoch_a, 1, "seat-01", 1);
  say(epoch_b, 1, "seat-02", 1);
  say(epoch_a, 2, "seat-03", 1);
  REQUIRE(desk->gateways()->at(0).twins);
  say(epoch_a, 4, "seat-04", 1);
  say(epoch_b, 4, "seat-04", 1);
  REQUIRE(desk->list({}).size() == 5);
  say(epoch_a, 5, "seat-04", 2);
  say(epoch_b, 5, "seat-04", 2);
  REQUIRE(desk->list({}).size() == 5);
  CHECK(desk->list({})[0]->ticket.latest.envelope.epoch == epoch_b);
  CHECK(desk->list({})[1]->ticket.latest.envelope.epoch == epoch_a);
}
