#include "cloud-bridge/ticketing/store/schema.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

SQLite::Database raw(const TemporaryDirectory& home) {
  return {home.path() + "/tickets.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
}

void take(Desk& desk, const std::vector<Incoming>& batch) { REQUIRE(desk.take(batch, noon).has_value()); }

Incoming poison(const Sample& sample) {
  auto incoming = sample.incoming();
  incoming.payload += "x";
  return incoming;
}

/// What the first version of the service left behind.
void age_to_first_schema(const TemporaryDirectory& home) {
  raw(home).exec(
      "ALTER TABLE ticket_event DROP COLUMN epoch; DROP TABLE numbering; DROP TABLE pulse; DROP INDEX inbox_findings; "
      "DROP INDEX quarantine_last; ALTER TABLE gateway DROP COLUMN watching; ALTER TABLE gateway DROP COLUMN agent_at;"
      "DROP INDEX reading_point; ALTER TABLE reading DROP COLUMN site;"
      "CREATE UNIQUE INDEX reading_point ON reading (gateway, device, point, at);"
      "PRAGMA user_version=1");
}

}  // namespace

TEST_CASE("a store of the first version is brought forward with its tickets, and its numbers are counted anew") {
  const TemporaryDirectory home;
  {
    const auto desk = desk_in(home.path());
    take(*desk, {Sample{}.incoming(), Sample{.seq = 5, .device = "seat-08"}.incoming(), poison({.seq = 2})});
    // A database of which nothing but poison came: its numbering says nothing about findings.
    take(*desk, {poison({.epoch = epoch_b, .seq = 40})});
  }
  age_to_first_schema(home);
  const auto desk = desk_in(home.path());
  CHECK(desk->list({}).size() == 2);
  const auto gateways = desk->gateways();
  REQUIRE(gateways.has_value());
  REQUIRE(gateways->size() == 1);
  CHECK(gateways->at(0).findings == 3);
  CHECK(gateways->at(0).missing == 2);
  take(*desk, {Sample{.seq = 3, .device = "seat-09"}.incoming()});
  CHECK(desk->gateways()->at(0).missing == 1);
  CHECK(raw(home).execAndGet("PRAGMA user_version").getInt() == 5);
}

TEST_CASE("opening a store again and again changes nothing in it") {
  const TemporaryDirectory home;
  const auto shape = [&] {
    std::string all;
    auto database = raw(home);
    SQLite::Statement query(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
    while (query.executeStep()) all += query.getColumn(1).getString() + '\n';
    return all + std::to_string(database.execAndGet("SELECT count(*) FROM numbering").getInt());
  };
  {
    const auto desk = desk_in(home.path());
    take(*desk, {Sample{}.incoming()});
  }
  const auto first = shape();
  for (int i = 0; i < 3; ++i) desk_in(home.path()).reset();
  CHECK(shape() == first);
}

TEST_CASE("a step that cannot be made leaves the store at the version it had") {
  const TemporaryDirectory home;
  desk_in(home.path()).reset();
  age_to_first_schema(home);
  // Somebody else's table stands where ours must be.
  raw(home).exec("CREATE TABLE pulse (beats TEXT)");
  const auto refused = TicketStore::open(home.path());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::storage);
  auto database = raw(home);
  CHECK(database.execAndGet("PRAGMA user_version").getInt() == 1);
  CHECK(database.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'numbering'").getInt() == 0);
}

TEST_CASE("the tables that grow are found by an index when they are pruned") {
  const TemporaryDirectory home;
  desk_in(home.path()).reset();
  auto database = raw(home);
  const auto plan = [&](const std::string& query) {
    SQLite::Statement statement(database, "EXPLAIN QUERY PLAN " + query);
    std::string all;
    while (statement.executeStep()) all += statement.getColumn(3).getString() + '\n';
    return all;
  };
  const auto holds = [&](const std::string& query, const std::string& index) {
    const auto text = plan(query);
    CAPTURE(text);
    CHECK(text.find(index) != std::string::npos);
  };
  holds("SELECT gateway, epoch, seq FROM inbox WHERE kind <> 2 AND received_at < 5 LIMIT 5000", "inbox_findings");
  holds("SELECT gateway, epoch, seq FROM inbox WHERE kind = 2 AND received_at < 5 LIMIT 5000", "inbox_readings");
  holds("SELECT id FROM quarantine WHERE last_at < 5 LIMIT 5000", "quarantine_last");
}
