#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

struct Opened {
  TemporaryDirectory home;
  std::unique_ptr<TicketStore> store;

  Opened() {
    auto opened = TicketStore::open(home.path());
    REQUIRE(opened.has_value());
    store = std::move(*opened);
  }
  void commit(const WriteSet& set) {
    const auto written = store->commit(set);
    REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().message));
  }
};

WriteSet at(WallTime now) {
  WriteSet set;
  set.at = now;
  return set;
}

InboxRow inbox(const std::string& epoch, std::uint64_t seq, InboxKind kind = InboxKind::finding) {
  return {{"gw-1", epoch, seq}, {}, kind};
}

TicketRow row(TicketId id, WallTime opened, std::optional<WallTime> closed = {}) {
  return {id, ticket_number(opened, static_cast<std::uint64_t>(id)), "gw-1", "fault", opened, closed};
}

GatewayRow gateway(const std::string& name) {
  GatewayRow row;
  row.name = name;
  row.heard_at = noon;
  return row;
}

}  // namespace

TEST_CASE("missing numbers are counted for each database of a gateway, from one to the highest that came") {
  Opened opened;
  auto set = at(noon);
  set.gateways.push_back(gateway("gw-1"));
  for (const auto seq : {2, 3, 7}) set.inbox.push_back(inbox(epoch_a, static_cast<std::uint64_t>(seq)));
  set.inbox.push_back(inbox(epoch_b, 1));
  // Readings have numbers of their own, with holes that are allowed.
  set.inbox.push_back(inbox("00112233445566cc", 500, InboxKind::readings));
  opened.commit(set);
  CHECK(opened.store->gateways()->at(0).findings == 4);
  CHECK(opened.store->gateways()->at(0).missing == 4);
  auto late = at(noon + 1h);
  for (const auto seq : {1, 4, 5, 6}) late.inbox.push_back(inbox(epoch_a, static_cast<std::uint64_t>(seq)));
  opened.commit(late);
  CHECK(opened.store->gateways()->at(0).missing == 0);
  CHECK(opened.store->gateways()->at(0).findings == 8);
}

TEST_CASE("a finding that was put aside has its number taken, and is no hole") {
  Opened opened;
  auto set = at(noon);
  set.gateways.push_back(gateway("gw-1"));
  set.inbox = {inbox(epoch_a, 1), inbox(epoch_a, 2, InboxKind::poison), inbox(epoch_a, 3)};
  opened.commit(set);
  CHECK(opened.store->gateways()->at(0).missing == 0);
}

TEST_CASE("a gateway that only said hello is listed, and one of which only findings came is not invented") {
  Opened opened;
  auto set = at(noon);
  set.gateways = {gateway("gw-2"), gateway("gw-1")};
  set.inbox.push_back({{"gw-9", epoch_a, 4}, {}, InboxKind::finding});
  opened.commit(set);
  const auto rows = opened.store->gateways();
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).name == "gw-1");
  CHECK(rows->at(1).findings == 0);
}

TEST_CASE("what a gateway once said of itself stays until it says something else, and time does not go back") {
  Opened opened;
  auto set = at(noon);
  auto said = gateway("gw-1");
  said.online = true;
  said.version = "0.1.0";
  said.dropped = 9;
  set.gateways.push_back(said);
  opened.commit(set);
  auto silent = at(noon);
  silent.gateways.push_back(gateway("gw-1"));
  silent.gateways[0].heard_at = noon - 1h;
  opened.commit(silent);
  const auto kept = opened.store->gateways()->at(0);
  CHECK(kept.online == true);
  CHECK(kept.version == "0.1.0");
  CHECK(kept.dropped == 9);
  CHECK(kept.heard_at == noon);
}

TEST_CASE("open tickets are all listed, closed ones after a moment, and a ticket that opens again is open") {
  Opened opened;
  auto set = at(noon);
  for (TicketId id = 1; id <= 3; ++id) set.tickets.push_back(row(id, noon));
  set.closings = {row(1, noon, noon + 1h), row(2, noon, noon + 2h)};
  opened.commit(set);
  const auto ids = [&](WallTime after) {
    std::vector<TicketId> all;
    const auto rows = opened.store->tickets(after);
    REQUIRE(rows.has_value());
    for (const auto& each : *rows) all.push_back(each.id);
    return all;
  };
  CHECK(ids(noon) == std::vector<TicketId>{1, 2, 3});
  CHECK(ids(noon + 1h) == std::vector<TicketId>{2, 3});
  CHECK(ids(noon + 9h) == std::vector<TicketId>{3});
  auto again = at(noon + 5h);
  again.events.push_back({1, 0, event_of(EventKind::noted, noon + 5h), {}});
  again.closings = {row(1, noon)};
  opened.commit(again);
  CHECK(ids(noon + 9h) == std::vector<TicketId>{1, 3});
}

TEST_CASE("the newest open ticket of a fault is found from any occurrence and database, and of that fault alone") {
  Opened opened;
  auto set = at(noon);
  set.tickets = {row(1, noon), row(2, noon), row(3, noon), row(4, noon)};
  set.sources = {{"gw-1", "s/d/p/k/1", epoch_a, 1},
                 {"gw-1", "s/d/p/k/2", epoch_b, 2},
                 {"gw-1", "s/d/p/k.more/1", epoch_a, 3},
                 {"gw-2", "s/d/p/k/1", epoch_a, 4}};
  opened.commit(set);
  const auto open_ticket = [&](const char* gateway, const char* finding, const std::string& epoch, bool same) {
    return *opened.store->open_ticket_of({gateway, finding, epoch, 0}, same);
  };
  CHECK(open_ticket("gw-1", "s/d/p/k/10", epoch_a, false) == 2);
  CHECK(open_ticket("gw-1", "s/d/p/k/10", epoch_a, true) == 1);
  CHECK(open_ticket("gw-2", "s/d/p/k/2", epoch_b, false) == 4);
  CHECK_FALSE(open_ticket("gw-2", "s/d/p/k/2", epoch_b, true).has_value());
  CHECK_FALSE(open_ticket("gw-1", "s/d/p/kk/1", epoch_a, false).has_value());
  CHECK_FALSE(open_ticket("gw-1", "s/d/p/other/1", epoch_a, false).has_value());
  auto closed = at(noon + 1h);
  closed.events.push_back({2, 0, event_of(EventKind::noted, noon + 1h), {}});
  closed.closings = {row(2, noon, noon + 1h)};
  opened.commit(closed);
  CHECK(open_ticket("gw-1", "s/d/p/k/10", epoch_a, false) == 1);
  CHECK(*opened.store->ticket_of({"gw-1", "s/d/p/k/1", epoch_a, 0}) == 1);
  CHECK_FALSE(opened.store->ticket_of({"gw-1", "s/d/p/k/1", "00112233445566cc", 0})->has_value());
}

TEST_CASE("a number finds its ticket and nothing that looks like it") {
  Opened opened;
  auto set = at(noon);
  set.tickets = {row(1, noon)};
  opened.commit(set);
  CHECK(opened.store->find_number("T-2026-000001")->value().id == 1);
  for (const auto* other : {"", "t-2026-000001", "T-2026-00001", "T-2026-000001 ", "%", "T-2026-00000_", "1"}) {
    CAPTURE(other);
    CHECK_FALSE(opened.store->find_number(other)->has_value());
  }
}

TEST_CASE("counts over a million keep their order: the highest is a number, not a text") {
  Opened opened;
  auto set = at(noon);
  std::uint64_t count = 999'998;
  for (TicketId id = 1; id <= 3; ++id) {
    set.tickets.push_back({id, ticket_number(noon, ++count), "gw-1", "fault", noon, {}});
  }
  opened.commit(set);
  CHECK(*opened.store->last_count(2026) == 1'000'001);
  CHECK(*opened.store->last_count(2025) == 0);
}

TEST_CASE("what was put aside comes newest first, a hundred times the same is one row, and long payloads are cut") {
  Opened opened;
  for (int i = 0; i < 5; ++i) {
    auto set = at(noon + i * 1min);
    QuarantineRow one;
    one.gateway = "gw-1";
    one.topic = "site/gw-1/up/finding";
    one.reason = "reason " + std::to_string(i % 2);
    one.digest[0] = static_cast<unsigned char>(i % 2);
    one.payload = std::string(10'000, 'p');
    if (i % 2 == 1) one.key = InboxKey{"gw-1", epoch_a, 3};
    set.quarantine.push_back(one);
    opened.commit(set);
  }
  const auto rows = opened.store->quarantine(10);
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).reason == "reason 0");
  CHECK(rows->at(0).times == 3);
  CHECK(rows->at(0).first_at == noon);
  CHECK(rows->at(0).last_at == noon + 4min);
  CHECK(rows->at(0).payload.size() == 4096);
  CHECK(rows->at(1).key->seq == 3);
  CHECK(opened.store->quarantine(1)->size() == 1);
  CHECK(*opened.store->quarantined("gw-1", true) == 1);
  CHECK(*opened.store->quarantined("gw-1", false) == 1);
  CHECK(*opened.store->quarantined("gw-2", false) == 0);
}

TEST_CASE("the last moment is the newest of what was written, by whatever wrote it") {
  Opened opened;
  CHECK(opened.store->last_moment().value() == WallTime{});
  auto set = at(noon);
  set.gateways.push_back(gateway("gw-1"));
  opened.commit(set);
  CHECK(opened.store->last_moment().value() == noon);
  auto later = at(noon + 1h);
  later.tickets.push_back(row(1, noon));
  later.events.push_back({1, 0, event_of(EventKind::noted, noon + 1h), {}});
  opened.commit(later);
  CHECK(opened.store->last_moment().value() == noon + 1h);
  REQUIRE(opened.store->sign_of_life(noon + 2h, 0).has_value());
  CHECK(opened.store->last_moment().value() == noon + 2h);
}

TEST_CASE("a ledger that this program never wrote is refused with the ticket's name, not guessed at") {
  const TemporaryDirectory home;
  const auto spoiled = [&](const std::string& sql) {
    std::filesystem::remove_all(home.path() + "/s");
    {
      const auto desk = desk_in(home.path() + "/s");
      REQUIRE(desk->take(std::vector{Sample{}.incoming()}, noon).has_value());
    }
    SQLite::Database(home.path() + "/s/tickets.db", SQLite::OPEN_READWRITE).exec(sql);
    const auto refused = Desk::open(home.path() + "/s", standard_dispatch(), noon);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::storage);
    return refused.error().message;
  };
  CHECK(spoiled("UPDATE ticket_event SET kind = 'exploded' WHERE position = 0").find("T-2026-000001") !=
        std::string::npos);
  CHECK(spoiled("UPDATE ticket_event SET payload = x'7b' WHERE position = 0").find("report") != std::string::npos);
}
