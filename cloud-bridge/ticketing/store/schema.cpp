#include "cloud-bridge/ticketing/store/schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <array>
#include <string>

namespace inspect::ticketing {

namespace {

constexpr int application_id = 0x746b7464;  // "tktd"

constexpr const char* first_schema = R"sql(
CREATE TABLE inbox (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
  kind INTEGER NOT NULL, sha256 BLOB NOT NULL, received_at INTEGER NOT NULL,
  PRIMARY KEY (gateway, epoch, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_readings ON inbox (received_at) WHERE kind = 2;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, gateway TEXT NOT NULL, finding TEXT NOT NULL,
  opened_at INTEGER NOT NULL, closed_at INTEGER) STRICT;
CREATE INDEX ticket_finding ON ticket (gateway, finding, id);
CREATE INDEX ticket_closed ON ticket (closed_at);

CREATE TABLE ticket_source (
  gateway TEXT NOT NULL, finding TEXT NOT NULL, epoch TEXT NOT NULL,
  ticket INTEGER NOT NULL REFERENCES ticket (id),
  PRIMARY KEY (gateway, finding, epoch)) STRICT, WITHOUT ROWID;

CREATE TABLE ticket_event (
  ticket INTEGER NOT NULL REFERENCES ticket (id), position INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, by_whom TEXT NOT NULL, note TEXT NOT NULL, party TEXT NOT NULL,
  clock TEXT, outcome TEXT, until INTEGER, payload BLOB,
  PRIMARY KEY (ticket, position)) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
  conflict INTEGER NOT NULL, epoch TEXT, seq INTEGER, sha256 BLOB NOT NULL, payload BLOB NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, times INTEGER NOT NULL,
  UNIQUE (gateway, topic, sha256)) STRICT;

CREATE TABLE gateway (
  name TEXT PRIMARY KEY, online INTEGER, version TEXT NOT NULL, heard_at INTEGER NOT NULL,
  dropped INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE reading (
  id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, device TEXT NOT NULL, point TEXT NOT NULL, at INTEGER NOT NULL,
  value REAL NOT NULL, unit TEXT NOT NULL, quality TEXT NOT NULL, reason TEXT NOT NULL,
  heard_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX reading_point ON reading (gateway, device, point, at);
)sql";

// The counts of a gateway's numbers are kept beside the inbox: they must outlive its rows, and a page asks for them
// every half second. `findings` is 0 for a database of which only poison came, whose numbering says nothing.
constexpr const char* second_schema = R"sql(
CREATE TABLE numbering (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, top INTEGER NOT NULL, held INTEGER NOT NULL, findings INTEGER NOT NULL,
  PRIMARY KEY (gateway, epoch)) STRICT, WITHOUT ROWID;
INSERT INTO numbering SELECT gateway, epoch, max(seq), count(*), sum(kind = 1) FROM inbox WHERE kind <> 2
  GROUP BY gateway, epoch;
CREATE INDEX inbox_findings ON inbox (received_at) WHERE kind <> 2;
CREATE INDEX quarantine_last ON quarantine (last_at);
CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL, room BLOB NOT NULL) STRICT;
)sql";

// `epoch` of a report is the life of the gateway's database it belongs to, which its bytes do not know; NULL: as the
// bytes say. A later life of a database begins in the middle of its numbers, so its holes are counted from `first`.
constexpr const char* third_schema = R"sql(
ALTER TABLE ticket_event ADD COLUMN epoch TEXT;
ALTER TABLE numbering ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
)sql";

// Whether the gateway's agent watches its site, as its bridge said; NULL: it never said.
constexpr const char* fourth_schema = R"sql(
ALTER TABLE gateway ADD COLUMN watching INTEGER;
ALTER TABLE gateway ADD COLUMN agent_at INTEGER;
)sql";

// Two places whose gateways bear one name have devices of one name: their readings are kept apart. '': an older agent.
constexpr const char* fifth_schema = R"sql(
ALTER TABLE reading ADD COLUMN site TEXT NOT NULL DEFAULT '';
DROP INDEX reading_point;
CREATE UNIQUE INDEX reading_point ON reading (gateway, device, point, site, at);
)sql";

constexpr std::array<const char*, 5> steps{first_schema, second_schema, third_schema, fourth_schema, fifth_schema};

int pragma(SQLite::Database& database, const char* query) { return database.execAndGet(query).getInt(); }

}  // namespace

void configure(SQLite::Database& database) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  database.setBusyTimeout(5000);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec(
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
      "PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=16777216;");
}

bool is_blank(SQLite::Database& database) {
  return pragma(database, "PRAGMA user_version") == 0 && pragma(database, "PRAGMA application_id") == 0 &&
         pragma(database, "SELECT count(*) FROM sqlite_schema") == 0;
}

std::optional<std::string> find_flaw(SQLite::Database& database) {
  std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (found == "ok") return std::nullopt;
  return found;
}

Result<void> migrate(SQLite::Database& database) {
  const auto id = pragma(database, "PRAGMA application_id");
  auto version = pragma(database, "PRAGMA user_version");
  if (is_blank(database)) {
    database.exec("PRAGMA application_id=" + std::to_string(application_id));
  } else if (id != application_id) {
    return fail(Errc::storage, "tickets.db belongs to another program; point store.directory elsewhere");
  }
  const auto newest = static_cast<int>(steps.size());
  if (version > newest) {
    return fail(Errc::storage, "tickets.db was written by a newer ticketd (schema " + std::to_string(version) +
                                   ", this one knows " + std::to_string(newest) + "); install that version");
  }
  for (; version < newest; ++version) {
    SQLite::Transaction transaction(database);
    database.exec(steps.at(static_cast<std::size_t>(version)));
    database.exec("PRAGMA user_version=" + std::to_string(version + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace inspect::ticketing
