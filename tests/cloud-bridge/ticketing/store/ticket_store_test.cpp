#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <fstream>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

std::unique_ptr<TicketStore> open(const std::string& directory, StoreLimits limits = {}) {
  auto store = TicketStore::open(directory, limits);
  REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().message));
  return std::move(*store);
}

std::string refusal(const std::string& directory) {
  const auto store = TicketStore::open(directory);
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().code == Errc::storage);
  return store.error().message;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

WriteSet ticket_set(TicketId id, const Sample& sample) {
  WriteSet set;
  set.at = noon;
  set.inbox.push_back({{sample.gateway, sample.epoch, sample.seq}, {}, InboxKind::finding});
  set.tickets.push_back({id, ticket_number(noon, static_cast<std::uint64_t>(id)), sample.gateway, "fault", noon, {}});
  set.sources.push_back({sample.gateway, "fault", sample.epoch, id});
  set.events.push_back({id, 0, reported(sample, noon), sample.bytes()});
  return set;
}

}  // namespace

TEST_CASE("every kind of event comes back as it was written") {
  const TemporaryDirectory home;
  auto store = open(home.path());
  REQUIRE(store->commit(ticket_set(1, {})).has_value());
  WriteSet set;
  set.at = noon + 1h;
  for (int i = 1; i < 12; ++i) {
    auto event = event_of(static_cast<EventKind>(i), noon + i * 1min);
    event.by = "李娜";
    event.note = "note with ' and \" and \\";
    event.party = "head/power";
    event.clock = static_cast<ClockKind>(i % 3);
    event.outcome = static_cast<Outcome>(i % 4);
    event.until = noon + 5h;
    set.events.push_back({1, static_cast<std::uint32_t>(i), event, {}});
  }
  REQUIRE(store->commit(set).has_value());
  store.reset();
  const auto rows = open(home.path())->events(1);
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 12);
  REQUIRE((*rows)[0].event.report.has_value());
  CHECK((*rows)[0].event.report->envelope.seq == 1);
  CHECK((*rows)[0].payload == Sample{}.bytes());
  for (std::size_t i = 1; i < 12; ++i) {
    const auto& written = set.events[i - 1].event;
    const auto& read = (*rows)[i].event;
    CHECK(read.kind == written.kind);
    CHECK(read.at == written.at);
    CHECK(read.by == written.by);
    CHECK(read.note == written.note);
    CHECK(read.party == written.party);
    CHECK(read.clock == written.clock);
    CHECK(read.outcome == written.outcome);
    CHECK(read.until == written.until);
  }
}

TEST_CASE("a set that fails in its middle leaves nothing behind, and the store goes on") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  auto set = ticket_set(1, {});
  set.events.push_back(set.events.front());  // the same place in the ledger twice
  const auto failed = store->commit(set);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Errc::storage);
  CHECK(store->find_inbox({"gw-1", epoch_a, 1})->has_value() == false);
  CHECK(*store->last_ticket_id() == 0);
  CHECK(store->commit(ticket_set(1, {})).has_value());
  CHECK(store->find_inbox({"gw-1", epoch_a, 1})->has_value());
}

TEST_CASE("the same message cannot be written twice, whoever tries") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  REQUIRE(store->commit(ticket_set(1, {})).has_value());
  CHECK_FALSE(store->commit(ticket_set(2, {})).has_value());
}

TEST_CASE("the file is durable, one process's own, and readable by its owner alone") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  CHECK(holds(refusal(home.path()), "another ticketd"));
  SQLite::Database reader(home.path() + "/tickets.db", SQLite::OPEN_READONLY);
  CHECK(reader.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(
      reader.execAndGet("SELECT count(*) FROM sqlite_schema WHERE type='table' AND sql NOT LIKE '%STRICT%'").getInt() ==
      0);
}

TEST_CASE("files that are not ours, newer or damaged are refused with the cure and left alone") {
  const TemporaryDirectory home;
  const auto file = home.path() + "/tickets.db";
  SUBCASE("another program's") {
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE guests (name TEXT)");
    CHECK(holds(refusal(home.path()), "another program"));
  }
  SUBCASE("a newer schema") {
    open(home.path()).reset();
    SQLite::Database(file, SQLite::OPEN_READWRITE).exec("PRAGMA user_version=99");
    CHECK(holds(refusal(home.path()), "newer"));
  }
  SUBCASE("no database at all") {
    std::ofstream(file) << std::string(8192, 'x');
    CHECK(holds(refusal(home.path()), "tickets.db"));
  }
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("a directory that cannot be written is named") { CHECK(holds(refusal("/proc/nothing"), "/proc/nothing")); }

TEST_CASE("old readings go, oldest first, and their numbers in the inbox too; tickets stay") {
  const TemporaryDirectory home;
  StoreLimits limits;
  limits.readings_age = 1h;
  limits.readings_rows = 30;
  const auto store = open(home.path(), limits);
  REQUIRE(store->commit(ticket_set(1, {})).has_value());
  for (int i = 0; i < 10; ++i) {
    WriteSet set;
    set.at = noon + i * 10min;
    set.inbox.push_back({{"gw-1", epoch_b, static_cast<std::uint64_t>(i + 1)}, {}, InboxKind::readings});
    for (int k = 0; k < 10; ++k) {
      set.readings.push_back({"gw-1", {"psu", "v", "V", 1.0, Quality::good, Reason::none, set.at + k * 1s}});
    }
    REQUIRE(store->commit(set).has_value());
  }
  CHECK(store->readings("gw-1", {"", "psu", "v", "", 0}, 1000)->size() == 100);
  REQUIRE(store->prune(noon + 95min).has_value());
  const auto left = store->readings("gw-1", {"", "psu", "v", "", 0}, 1000);
  CHECK(left->size() == 30);
  CHECK(left->front().entry.at == noon + 70min);
  REQUIRE(store->prune(noon + 24h * 20).has_value());
  CHECK(store->readings("gw-1", {"", "psu", "v", "", 0}, 1000)->empty());
  CHECK_FALSE(store->find_inbox({"gw-1", epoch_b, 1})->has_value());
  CHECK(store->find_inbox({"gw-1", epoch_a, 1})->has_value());
  CHECK(store->events(1)->size() == 1);
}

TEST_CASE("the numbers of findings are kept for 400 days, far longer than any gateway keeps a finding, and then go") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  REQUIRE(store->commit(ticket_set(1, {})).has_value());
  auto second = ticket_set(2, Sample{.seq = 3});
  second.sources[0].finding = "another";
  second.at = noon + 24h * 10;
  QuarantineRow poison;
  poison.gateway = "gw-1";
  poison.payload = "x";
  second.quarantine.push_back(poison);
  GatewayRow gateway;
  gateway.name = "gw-1";
  gateway.heard_at = noon;
  second.gateways.push_back(gateway);
  REQUIRE(store->commit(second).has_value());
  const auto has = [&](std::uint64_t seq) { return store->find_inbox({"gw-1", epoch_a, seq})->has_value(); };
  REQUIRE(StoreLimits{}.findings_inbox_age >= 24h * 14 * 2);
  REQUIRE(store->prune(noon + 24h * 400).has_value());
  CHECK(has(1));
  REQUIRE(store->prune(noon + 24h * 400 + 1ms).has_value());
  CHECK_FALSE(has(1));
  CHECK(has(3));
  CHECK(store->quarantine(10)->size() == 1);
  REQUIRE(store->prune(noon + 24h * 411).has_value());
  CHECK_FALSE(has(3));
  CHECK(store->quarantine(10)->empty());
  // The ledger is for good, and what was counted stays counted: number 2 is still the only hole.
  CHECK(store->events(1)->size() == 1);
  CHECK(store->gateways()->at(0).findings == 2);
  CHECK(store->gateways()->at(0).missing == 1);
}

TEST_CASE("a backlog of old numbers is pruned in pieces, so that no tick takes long") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  WriteSet set;
  set.at = noon;
  for (std::uint64_t seq = 1; seq <= 12'000; ++seq) {
    set.inbox.push_back({{"gw-1", epoch_a, seq}, {}, InboxKind::finding});
  }
  REQUIRE(store->commit(set).has_value());
  const auto left = [&] {
    SQLite::Database reader(home.path() + "/tickets.db", SQLite::OPEN_READONLY);
    return reader.execAndGet("SELECT count(*) FROM inbox").getInt();
  };
  const auto late = noon + 24h * 500;
  for (const int expected : {7'000, 2'000, 0}) {
    REQUIRE(store->prune(late).has_value());
    CHECK(left() == expected);
  }
}

TEST_CASE("a repeat after the numbers have gone changes no ticket, open or closed") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto opened = Sample{}.incoming();
  REQUIRE(desk->take(std::vector{opened}, noon).has_value());
  const Sample gone{.seq = 2, .event = FindingEvent::returned, .active = false};
  REQUIRE(desk->take(std::vector{gone.incoming()}, noon + 1h).has_value());
  Action done;
  done.kind = EventKind::resolved;
  done.by = "李娜";
  done.outcome = Outcome::repaired;
  REQUIRE(desk->act(1, done, noon + 2h).has_value());
  const auto later = noon + 24h * 401;
  REQUIRE(desk->tick(later).has_value());
  const auto taken = desk->take(std::vector{opened}, later);
  REQUIRE(taken.has_value());
  CHECK(taken->fresh == 1);
  CHECK(desk->list({.open = true}).empty());
  CHECK(desk->find("T-2026-000001").value()->ticket.state() == TicketState::closed);
  CHECK_FALSE(desk->find("T-2026-000002").value());
  CHECK_FALSE(desk->find("T-2027-000001").value());
}

TEST_CASE("a reading that is said twice is one, and the newest come in the order of their time") {
  const TemporaryDirectory home;
  const auto store = open(home.path());
  WriteSet set;
  set.at = noon;
  for (const int second : {3, 1, 2, 3, 1}) {
    set.readings.push_back({"gw-1", {"psu", "v", "V", second * 1.0, Quality::good, Reason::none, noon + second * 1s}});
  }
  REQUIRE(store->commit(set).has_value());
  const auto rows = store->readings("gw-1", {"", "psu", "v", "", 0}, 2);
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).entry.value == 2.0);
  CHECK(rows->at(1).entry.value == 3.0);
}

TEST_CASE("numbers go on within a year and begin anew in the next") {
  const TemporaryDirectory home;
  const auto desk = desk_in(home.path());
  const auto at = [&](std::uint64_t seq, WallTime now) {
    REQUIRE(
        desk->take(std::vector{Sample{.seq = seq, .device = "d-" + std::to_string(seq)}.incoming()}, now).has_value());
    return desk->list({})[0]->row.number;
  };
  CHECK(at(1, noon) == "T-2026-000001");
  CHECK(at(2, noon) == "T-2026-000002");
  CHECK(at(3, *parse_rfc3339("2027-01-01T00:00:01Z")) == "T-2027-000001");
}
