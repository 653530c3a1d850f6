#include "firmware-agent/store/schema.hpp"

namespace inspect::agent::storage {

namespace {

constexpr const char* findings_v1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES('epoch', lower(hex(randomblob(8))));

CREATE TABLE boots(id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT;

-- As each finding stands now. `doc` is the whole of it; the columns are what is asked for.
CREATE TABLE findings(
  id TEXT PRIMARY KEY,             -- site/device/point/kind/occurrence
  state TEXT NOT NULL,
  last_event INTEGER NOT NULL,
  boot INTEGER NOT NULL REFERENCES boots(id),
  doc TEXT NOT NULL) STRICT;
CREATE INDEX findings_by_age ON findings(last_event);
CREATE INDEX findings_open ON findings(last_event) WHERE state <> 'normal';

CREATE TABLE occurrences(
  site TEXT NOT NULL, device TEXT NOT NULL, point TEXT NOT NULL, kind TEXT NOT NULL,
  highest INTEGER NOT NULL,
  PRIMARY KEY(site, device, point, kind)) STRICT, WITHOUT ROWID;

-- What happened, in order, for good. (finding, event, boot, boot_ns, digest) makes a repeated commit harmless.
CREATE TABLE events(
  id INTEGER PRIMARY KEY,
  finding TEXT NOT NULL REFERENCES findings(id),
  ordinal INTEGER NOT NULL,
  event TEXT NOT NULL, state TEXT NOT NULL, active INTEGER NOT NULL,
  boot INTEGER NOT NULL REFERENCES boots(id), boot_ns INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL, trust TEXT NOT NULL,
  who TEXT NOT NULL, reason TEXT NOT NULL,
  digest INTEGER NOT NULL,
  UNIQUE(finding, ordinal)) STRICT;

CREATE TABLE explaining(
  event INTEGER NOT NULL REFERENCES events(id),
  device TEXT NOT NULL, point TEXT NOT NULL,
  value REAL, quality TEXT NOT NULL, reason TEXT NOT NULL,
  boot_ns INTEGER NOT NULL, wall_ms INTEGER NOT NULL) STRICT;
CREATE INDEX explaining_by_event ON explaining(event);

CREATE TABLE outbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event INTEGER NOT NULL REFERENCES events(id),
  created_ms INTEGER NOT NULL,
  payload BLOB NOT NULL,
  receipted_ms INTEGER) STRICT;
CREATE INDEX outbox_waiting ON outbox(seq) WHERE receipted_ms IS NULL;
CREATE INDEX outbox_receipted ON outbox(receipted_ms) WHERE receipted_ms IS NOT NULL;
)sql";

// Bounds: what ended, in the order of its end, with its age and size in one small index. 250 and 120 are about what an
// event and an explaining reading take with their indexes.
constexpr const char* findings_v2 = R"sql(
ALTER TABLE findings ADD COLUMN ended_ms INTEGER;     -- wall clock of the end, where it could be believed
ALTER TABLE findings ADD COLUMN ended_bytes INTEGER;  -- with its events and readings; nothing while it is open
UPDATE findings SET
  ended_ms = (SELECT wall_ms FROM events WHERE id = last_event AND trust IN ('rtc', 'ntp')),
  ended_bytes = length(CAST(doc AS BLOB))
    + 250 * (SELECT count(*) FROM events WHERE finding = findings.id)
    + 120 * (SELECT count(*) FROM explaining WHERE event IN (SELECT id FROM events WHERE finding = findings.id))
  WHERE state = 'normal';
CREATE INDEX findings_ended ON findings(last_event, ended_ms, ended_bytes) WHERE ended_bytes IS NOT NULL;

ALTER TABLE outbox ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET bytes = length(payload);
DROP INDEX outbox_receipted;
CREATE INDEX outbox_receipted ON outbox(receipted_ms, bytes) WHERE receipted_ms IS NOT NULL;
CREATE INDEX outbox_by_event ON outbox(event);
)sql";

// Judgement: what it learned, what it foretold, and which part is no more what it was.
constexpr const char* findings_v3 = R"sql(
CREATE TABLE judgement(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

CREATE TABLE forecasts(
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL, point TEXT NOT NULL, kind TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  probability REAL NOT NULL,
  crossing_ms INTEGER NOT NULL, earliest_ms INTEGER NOT NULL, latest_ms INTEGER NOT NULL,
  alert INTEGER NOT NULL,          -- what a plain alert limit said
  outcome TEXT NOT NULL, graded_ms INTEGER,
  UNIQUE(device, point, kind, made_ms)) STRICT;

CREATE TABLE parts(
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  device TEXT NOT NULL, point TEXT NOT NULL, part TEXT NOT NULL,
  who TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE INDEX parts_by_device ON parts(device);
)sql";

constexpr const char* history_v1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES('epoch', lower(hex(randomblob(8)))), ('generation', '0'), ('next_batch', '1'), ('dropped', '0');

-- A name keeps its number for good, so that history survives a changed configuration; a changed scale is a new row.
CREATE TABLE points(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,              -- device/point
  scale REAL NOT NULL, offset REAL NOT NULL,
  UNIQUE(name, scale, offset)) STRICT;

CREATE TABLE spans(
  block INTEGER PRIMARY KEY,
  first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  readings INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
CREATE INDEX spans_by_time ON spans(last_ms);

-- id = block * 2^20 + point: written in order (few pages a block), found without an index.
CREATE TABLE blocks(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

CREATE TABLE batches(seq INTEGER PRIMARY KEY, created_ms INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
)sql";

constexpr const char* findings_steps[] = {findings_v1, findings_v2, findings_v3};
constexpr const char* history_steps[] = {history_v1};

}  // namespace

std::span<const char* const> findings_migrations() { return findings_steps; }
std::span<const char* const> history_migrations() { return history_steps; }

}  // namespace inspect::agent::storage
