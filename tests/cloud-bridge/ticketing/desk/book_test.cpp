#include "cloud-bridge/ticketing/desk/book.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

const DispatchTable table = standard_dispatch();
const std::string numbered = "T-2026-00000";

/// A store with its book, which can be closed and told again.
struct Shelf {
  TemporaryDirectory home;
  std::unique_ptr<TicketStore> store;
  Book book;

  Shelf() { open(noon); }
  void open(WallTime now) {
    store.reset();
    auto opened = TicketStore::open(home.path());
    REQUIRE(opened.has_value());
    store = std::move(*opened);
    auto loaded = Book::load(*store, now);
    REQUIRE(loaded.has_value());
    book = std::move(*loaded);
  }
  Stage stage(WallTime now = noon) { return {book, *store, table, now}; }
  std::vector<TicketId> take(const Sample& sample, WallTime now = noon) {
    auto open = stage(now);
    REQUIRE(open.report(sample.message(), sample.bytes()).has_value());
    const auto changed = open.commit();
    REQUIRE(changed.has_value());
    return *changed;
  }
  void act(TicketId id, const std::vector<Event>& events, WallTime now) {
    auto open = stage(now);
    REQUIRE(open.append(id, events).has_value());
    REQUIRE(open.commit().has_value());
  }
  std::size_t ledger(TicketId id) { return store->events(id)->size(); }
};

/// The same place in the inbox twice: a set that no store takes.
void spoil(Stage& stage) {
  const InboxRow row{{"gw-1", epoch_a, 77}, {}, InboxKind::finding};
  stage.writes().inbox = {row, row};
}

std::string face(const Case& entry) {
  return entry.row.number + ' ' + std::string(name(entry.ticket.state())) + ' ' + std::to_string(entry.events) + ' ' +
         rfc3339(entry.ticket.changed_at) + ' ' + std::to_string(entry.ticket.latest.envelope.seq);
}

}  // namespace

TEST_CASE("a stage whose commit fails is discarded: no ticket, no number used, nothing in the book") {
  Shelf shelf;
  {
    auto stage = shelf.stage();
    REQUIRE(stage.report(Sample{}.message(), Sample{}.bytes()).has_value());
    spoil(stage);
    const auto failed = stage.commit();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == Errc::storage);
  }
  CHECK(shelf.book.cases().empty());
  CHECK(*shelf.store->last_ticket_id() == 0);
  CHECK(shelf.take(Sample{}) == std::vector<TicketId>{1});
  CHECK(shelf.book.cases().at(1).row.number == numbered + "1");
}

TEST_CASE("a failed change of a ticket that is there leaves the ticket as it was shown") {
  Shelf shelf;
  shelf.take(Sample{});
  const auto before = face(shelf.book.cases().at(1));
  {
    auto stage = shelf.stage(noon + 1h);
    REQUIRE(stage.append(1, std::vector{event_of(EventKind::acknowledged, noon + 1h), resolved(Outcome::bridged, noon)})
                .has_value());
    spoil(stage);
    REQUIRE_FALSE(stage.commit().has_value());
  }
  CHECK(face(shelf.book.cases().at(1)) == before);
  CHECK(shelf.ledger(1) == 2);
  // The next event takes the place in the ledger that the lost ones would have had.
  shelf.act(1, {event_of(EventKind::acknowledged, noon + 2h)}, noon + 2h);
  CHECK(shelf.ledger(1) == 3);
  CHECK(shelf.book.cases().at(1).ticket.state() == TicketState::acknowledged);
}

TEST_CASE("a stage that is never committed changes nothing") {
  Shelf shelf;
  {
    auto stage = shelf.stage();
    REQUIRE(stage.report(Sample{}.message(), Sample{}.bytes()).has_value());
  }
  CHECK(shelf.book.cases().empty());
  shelf.open(noon);
  CHECK(shelf.book.cases().empty());
}

TEST_CASE("an empty stage commits to nothing and touches no ticket") {
  Shelf shelf;
  shelf.take(Sample{});
  const auto changed = shelf.stage().commit();
  REQUIRE(changed.has_value());
  CHECK(changed->empty());
}

TEST_CASE("what is in the book is what its ledger tells again after a restart") {
  Shelf shelf;
  shelf.take(Sample{.fault_class = FaultClass::major});
  shelf.take(Sample{.seq = 2, .device = "seat-08"});
  shelf.take(Sample{.seq = 3, .event = FindingEvent::returned, .active = false}, noon + 1h);
  shelf.act(1, {event_of(EventKind::arrived, noon + 2h)}, noon + 2h);
  std::vector<std::string> before, after;
  for (const auto& [id, entry] : shelf.book.cases()) before.push_back(face(entry));
  shelf.open(noon + 3h);
  for (const auto& [id, entry] : shelf.book.cases()) after.push_back(face(entry));
  CHECK(before == after);
  CHECK(before.size() == 2);
}

TEST_CASE("two databases of a gateway that report one fault in one batch make one ticket") {
  Shelf shelf;
  auto stage = shelf.stage();
  for (const auto& epoch : {epoch_a, epoch_b}) {
    const Sample sample{.epoch = epoch};
    REQUIRE(stage.report(sample.message(), sample.bytes()).has_value());
  }
  CHECK(*stage.commit() == std::vector<TicketId>{1});
  CHECK(*shelf.store->ticket_of({"gw-1", to_string(Sample{}.message().change.finding.id), epoch_b, 0}) == 1);
}

TEST_CASE("many tickets of one stage are numbered in their order, and go on after a restart") {
  Shelf shelf;
  auto stage = shelf.stage();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    const Sample sample{.seq = seq, .device = "d-" + std::to_string(seq)};
    REQUIRE(stage.report(sample.message(), sample.bytes()).has_value());
  }
  CHECK(*stage.commit() == std::vector<TicketId>{1, 2, 3});
  CHECK(shelf.book.cases().at(3).row.number == numbered + "3");
  shelf.open(noon);
  shelf.take(Sample{.seq = 4, .device = "d-4"});
  CHECK(shelf.book.cases().at(4).row.number == numbered + "4");
}

TEST_CASE("numbers are counted by the year in UTC, in one stage and over restarts, and a late December stays its own") {
  Shelf shelf;
  const auto last_second = *parse_rfc3339("2026-12-31T23:59:59.999Z");
  const auto new_year = *parse_rfc3339("2027-01-01T00:00:00Z");
  const auto number = [&](std::uint64_t seq, WallTime at) {
    const auto id = shelf.take(Sample{.seq = seq, .device = "d-" + std::to_string(seq)}, at);
    return shelf.book.cases().at(id.at(0)).row.number;
  };
  CHECK(number(1, last_second) == "T-2026-000001");
  CHECK(number(2, new_year) == "T-2027-000001");
  CHECK(number(3, new_year + 1ms) == "T-2027-000002");
  shelf.open(new_year + 1h);
  CHECK(number(4, new_year + 1h) == "T-2027-000003");
  // A clock that was put right over the turn of the year: the old year's count goes on, no number comes twice.
  CHECK(number(5, last_second) == "T-2026-000002");
  CHECK(*shelf.store->last_count(2026) == 2);
  CHECK(*shelf.store->last_count(2027) == 3);
  CHECK(*shelf.store->last_count(2028) == 0);
}

TEST_CASE("a ticket that was closed long ago is not loaded, is fetched by its id, and is forgotten again") {
  Shelf shelf;
  shelf.take(Sample{.event = FindingEvent::returned, .active = false});
  shelf.act(1, {resolved(Outcome::repaired, noon)}, noon);
  const auto edge = noon + Book::closed_shown;
  shelf.open(edge - 1ms);
  CHECK(shelf.book.cases().size() == 1);
  shelf.open(edge + 1ms);
  CHECK(shelf.book.cases().empty());
  const auto entry = shelf.book.fetch(*shelf.store, 1);
  REQUIRE(entry.has_value());
  REQUIRE(*entry != nullptr);
  CHECK((*entry)->ticket.outcome == Outcome::repaired);
  CHECK(shelf.book.cases().size() == 1);
  shelf.book.forget(edge + 1ms);
  CHECK(shelf.book.cases().empty());
  CHECK(*shelf.book.fetch(*shelf.store, 99) == nullptr);
}

TEST_CASE("events for a ticket that does not exist are refused, and the stage can still be dropped") {
  Shelf shelf;
  auto stage = shelf.stage();
  const auto refused = stage.append(5, std::vector{event_of(EventKind::noted, noon)});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::storage);
}
