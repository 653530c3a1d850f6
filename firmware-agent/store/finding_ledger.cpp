#include "firmware-agent/store/finding_ledger.hpp"

#include "firmware-agent/store/finding_json.hpp"
#include "firmware-agent/store/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

namespace inspect::agent::storage {

namespace {

std::int64_t ns(BootTime time) { return time.time_since_epoch().count(); }
std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }
std::string text(std::string_view view) { return std::string(view); }

/// FNV-1a: stable across builds, which std::hash is not.
std::int64_t digest(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<std::int64_t>(hash);
}

}  // namespace

FindingLedger::FindingLedger(const Site& site, const StoreOptions& options, Reserve& reserve,
                             std::function<void(const std::string&)> warn)
    : site_(site), options_(options), reserve_(reserve), warn_(std::move(warn)) {}

Result<void> FindingLedger::open(bool used_before) {
  used_ = used_ || used_before;
  if (auto ready = ensure_open(); !ready) return ready;
  keep_list(true);
  return {};
}

Result<void> FindingLedger::ensure_open() {
  if (opened_.connection) return {};
  DatabasePlan plan{site_.store.directory + "/findings.db", findings_application_id, findings_migrations(),
                    options_.findings_synchronous};
  plan.keep_lone_log = used_;
  auto opened = open_database(plan, options_.now().wall);
  if (!opened) return opened.error();
  opened_ = std::move(*opened);
  try {
    auto& db = *opened_.connection;
    SQLite::Statement insert(db, "INSERT INTO boots(boot_id) VALUES(?) ON CONFLICT DO NOTHING");
    insert.bind(1, options_.boot_id);
    insert.exec();
    SQLite::Statement find(db, "SELECT id FROM boots WHERE boot_id=?");
    find.bind(1, options_.boot_id);
    find.executeStep();
    boot_ = find.getColumn(0).getInt64();
  } catch (const SQLite::Exception& error) {
    abandon(opened_);
    if (is_full(error)) reserve_.release();
    return storage_error(error, "findings.db: cannot note this boot");
  }
  if (!opened_.quarantined.empty()) corrupt_ = std::exchange(opened_.quarantined, {});
  const bool lost = opened_.created && used_ && corrupt_.empty();
  if (auto recovered = recover(lost); !recovered) return recovered;
  try {
    follow_name();
  } catch (const SQLite::Exception& error) {
    abandon(opened_);
    if (is_full(error)) reserve_.release();
    return storage_error(error, "findings.db: cannot note the gateway's name");
  }
  used_ = true;
  return {};
}

Result<void> FindingLedger::commit(const FindingCommit& commit) {
  const auto once = [&]() -> Result<void> {
    write(commit);
    return {};
  };
  const auto held = reserve_.held();
  auto result = guarded("commit", once);
  // Whatever the reason, if there is space to give, a finding gets it: at worst it is taken again in a minute.
  if (!result && held && free_bytes(site_.store.directory) < (1U << 20) && reserve_.release()) {
    warn_("the disk is full; the reserve was given up so that findings still fit");
    result = guarded("commit", once);
  }
  if (result) {
    note_for_list(commit);
    keep_list();
  }
  return result;
}

void FindingLedger::write(const FindingCommit& commit) {
  SQLite::Transaction transaction(*opened_.connection, SQLite::TransactionBehavior::IMMEDIATE);
  std::int64_t first_event = 0;
  for (const auto& change : commit.changes) {
    const auto document = finding_document(change.finding);
    const auto event = write_event(change, document);
    if (event == 0) continue;
    write_outbox(change, event, commit.at.wall);
    if (first_event == 0) first_event = event;
  }
  if (first_event != 0) write_explaining(commit.explaining, first_event);
  for (const auto& change : commit.changes) note_end(change);
  transaction.commit();
}

std::int64_t FindingLedger::write_event(const FindingChange& change, const std::string& document) {
  auto& db = *opened_.connection;
  const auto& finding = change.finding;
  const auto id = to_string(finding.id);
  const auto content = digest(document);

  SQLite::Statement twin(
      db, "SELECT 1 FROM events WHERE finding=? AND event=? AND boot=? AND boot_ns=? AND digest=? LIMIT 1");
  SQLite::bind(twin, id, text(name(change.event)), boot_, ns(finding.changed.boot), content);
  if (twin.executeStep()) return 0;

  write_finding(change, db.execAndGet("SELECT coalesce(max(id), 0) + 1 FROM events").getInt64(), document);
  SQLite::Statement insert(db,
                           "INSERT INTO events(finding, ordinal, event, state, active, boot, boot_ns, wall_ms, trust, "
                           "who, reason, digest) VALUES(?1, (SELECT coalesce(max(ordinal), 0) + 1 FROM events WHERE "
                           "finding=?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  SQLite::bind(insert, id, text(name(change.event)), text(name(finding.state)), finding.active ? 1 : 0, boot_,
               ns(finding.changed.boot), ms(finding.changed.wall), text(name(finding.changed.trust)), finding.by,
               finding.reason, content);
  insert.exec();
  return db.getLastInsertRowid();
}

void FindingLedger::write_finding(const FindingChange& change, std::int64_t event, const std::string& document) {
  auto& db = *opened_.connection;
  const auto& finding = change.finding;
  SQLite::Statement upsert(db,
                           "INSERT INTO findings(id, state, last_event, boot, doc) VALUES(?1, ?2, ?3, ?4, ?5) "
                           "ON CONFLICT(id) DO UPDATE SET state=?2, last_event=?3, boot=?4, doc=?5, "
                           "ended_ms=NULL, ended_bytes=NULL");
  SQLite::bind(upsert, to_string(finding.id), text(name(finding.state)), event, boot_, document);
  upsert.exec();
  SQLite::Statement occurrence(db,
                               "INSERT INTO occurrences VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE "
                               "SET highest=max(highest, ?5)");
  const auto& id = finding.id;
  SQLite::bind(occurrence, id.site, id.device, id.point, id.kind, static_cast<std::int64_t>(id.occurrence));
  occurrence.exec();
}

void FindingLedger::write_outbox(const FindingChange& change, std::int64_t event, WallTime at) {
  auto& db = *opened_.connection;
  // The number is inside the payload, so it must be known before the row is; AUTOINCREMENT keeps it from ever
  // coming back after the row was pruned.
  const auto seq =
      db.execAndGet("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name='outbox'), 0) + 1").getInt64();
  const auto payload = options_.encode_finding(message_of(change, static_cast<std::uint64_t>(seq)));
  SQLite::Statement insert(db, "INSERT INTO outbox(seq, event, created_ms, payload, bytes) VALUES(?, ?, ?, ?, ?)");
  insert.bind(1, seq);
  insert.bind(2, event);
  insert.bind(3, ms(at));
  insert.bindNoCopy(4, payload.data(), static_cast<int>(payload.size()));
  insert.bind(5, static_cast<std::int64_t>(payload.size()));
  insert.exec();
}

void FindingLedger::write_explaining(const std::vector<Reading>& readings, std::int64_t event) {
  SQLite::Statement insert(*opened_.connection, "INSERT INTO explaining VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& reading : readings) {
    if (at(reading.point) >= site_.points.size()) continue;
    insert.bind(1, event);
    insert.bind(2, site_.device_of(reading.point).name);
    insert.bind(3, site_.spec(reading.point).name);
    if (reading.quality == Quality::bad) {
      insert.bind(4);
    } else {
      insert.bind(4, reading.value);
    }
    insert.bind(5, text(name(reading.quality)));
    insert.bind(6, text(name(reading.reason)));
    insert.bind(7, ns(reading.measured_at.boot));
    insert.bind(8, ms(reading.measured_at.wall));
    insert.exec();
    insert.reset();
  }
}

messages::FindingMessage FindingLedger::message_of(const FindingChange& change, std::uint64_t seq) const {
  messages::FindingMessage message;
  message.envelope = {site_.gateway, opened_.epoch, seq, change.finding.changed.wall};
  message.site_title = site_.title;
  message.change = change;
  for (const auto& device : site_.devices) {
    if (device.name != change.finding.id.device) continue;
    message.device_title = device.title;
    message.model = site_.profiles[device.profile].model;
    return message;
  }
  for (const auto& bus : site_.buses) {
    if (bus.name == change.finding.id.device) message.device_title = bus.title;
  }
  return message;
}

Result<std::vector<Finding>> FindingLedger::open_findings() {
  return read_findings("WHERE state <> 'normal'", 1U << 20);
}

Result<std::vector<Finding>> FindingLedger::findings(bool with_ended, std::size_t most) {
  return read_findings(with_ended ? "" : "WHERE state <> 'normal'", most);
}

Result<std::vector<Finding>> FindingLedger::read_findings(const std::string& where, std::size_t most) {
  return guarded("read findings", [&]() -> Result<std::vector<Finding>> {
    const auto now = options_.now();
    std::vector<Finding> found;
    SQLite::Statement rows(*opened_.connection,
                           "SELECT doc, boot FROM findings " + where + " ORDER BY last_event DESC LIMIT ?");
    rows.bind(1, static_cast<std::int64_t>(most));
    while (rows.executeStep()) {
      auto finding = finding_from_document(rows.getColumn(0).getString());
      if (!finding) {
        // One document that cannot be read must not hide the others.
        warn_("a finding in findings.db cannot be read and is left out: " + finding.error().message);
        continue;
      }
      const bool earlier = rows.getColumn(1).getInt64() != boot_;
      found.push_back(earlier ? carried_over(std::move(*finding), now) : std::move(*finding));
    }
    return found;
  });
}

Result<std::vector<FindingId>> FindingLedger::last_occurrences() {
  return guarded("read occurrences", [&]() -> Result<std::vector<FindingId>> {
    std::vector<FindingId> found;
    SQLite::Statement rows(*opened_.connection, "SELECT site, device, point, kind, highest FROM occurrences");
    while (rows.executeStep()) {
      found.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(), rows.getColumn(2).getString(),
                       rows.getColumn(3).getString(), rows.getColumn(4).getUInt()});
    }
    return found;
  });
}

Result<std::string> FindingLedger::note(const std::string& name) {
  return guarded("read a note", [&]() -> Result<std::string> {
    SQLite::Statement find(*opened_.connection, "SELECT value FROM meta WHERE key = 'note.' || ?");
    find.bind(1, name);
    return find.executeStep() ? find.getColumn(0).getString() : std::string();
  });
}

Result<void> FindingLedger::keep_note(const std::string& name, const std::string& text) {
  return guarded("keep a note", [&]() -> Result<void> {
    SQLite::Statement keep(*opened_.connection,
                           "INSERT INTO meta(key, value) VALUES('note.' || ?1, ?2) "
                           "ON CONFLICT(key) DO UPDATE SET value = ?2");
    keep.bind(1, name);
    keep.bind(2, text);
    keep.exec();
    return {};
  });
}

Finding carried_over(Finding finding, const Moment& now) {
  const auto last = finding.changed;
  const auto carry = [&](Moment& moment) {
    const bool dated = now.trust >= ClockTrust::rtc && moment.trust >= ClockTrust::rtc && moment.wall <= now.wall;
    const auto by_wall = now.boot - (now.wall - moment.wall);
    const auto by_order = BootTime{} + (moment.boot - last.boot);
    moment.boot = std::min(dated ? by_wall : by_order, BootTime{});
  };
  carry(finding.since);
  if (finding.returned) carry(*finding.returned);
  carry(finding.changed);
  return finding;
}

}  // namespace inspect::agent::storage
