// The ledger's bounds: what is over goes in the end, oldest first; what is open or not yet receipted never does.
#include "firmware-agent/store/finding_ledger.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

namespace inspect::agent::storage {

namespace {

std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }

std::uint64_t as_unsigned(const SQLite::Column& column) { return static_cast<std::uint64_t>(column.getInt64()); }

/// Its rows in the outbox go along: the caller made sure that each has its receipt.
void remove_finding(SQLite::Database& db, const std::string& id) {
  for (const auto* query : {"DELETE FROM outbox WHERE event IN (SELECT id FROM events WHERE finding=?)",
                            "DELETE FROM explaining WHERE event IN (SELECT id FROM events WHERE finding=?)",
                            "DELETE FROM events WHERE finding=?", "DELETE FROM findings WHERE id=?"}) {
    SQLite::Statement remove(db, query);
    remove.bind(1, id);
    remove.exec();
  }
}

}  // namespace

Result<std::size_t> FindingLedger::prune() {
  return guarded("prune", [&]() -> Result<std::size_t> {
    const auto now = options_.now();
    SQLite::Transaction transaction(*opened_.connection, SQLite::TransactionBehavior::IMMEDIATE);
    const auto dated = date_receipts(now);
    auto removed = prune_receipted(now);
    if (removed < most_pruned) removed += prune_ended(now, most_pruned - removed);
    if (removed < most_pruned) removed += prune_events_of_open(most_pruned - removed);
    // An hour without anything to do writes nothing.
    if (removed + dated > 0) transaction.commit();
    return removed;
  });
}

void FindingLedger::note_end(const FindingChange& change) {
  if (change.finding.state != AlarmState::normal) return;
  SQLite::Statement note(
      *opened_.connection,
      "UPDATE findings SET ended_ms=?2, ended_bytes=length(CAST(doc AS BLOB)) "
      "+ 250 * (SELECT count(*) FROM events WHERE finding=?1) "
      "+ 120 * (SELECT count(*) FROM explaining WHERE event IN (SELECT id FROM events WHERE finding=?1)) "
      "WHERE id=?1 AND state='normal'");
  note.bind(1, to_string(change.finding.id));
  if (change.finding.changed.trust >= ClockTrust::rtc) note.bind(2, ms(change.finding.changed.wall));
  note.exec();
}

std::size_t FindingLedger::date_receipts(const Moment& now) {
  if (now.trust < ClockTrust::rtc) return 0;
  SQLite::Statement date(*opened_.connection, "UPDATE outbox SET receipted_ms=? WHERE receipted_ms=?");
  SQLite::bind(date, ms(now.wall), undated);
  return static_cast<std::size_t>(date.exec());
}

std::size_t FindingLedger::prune_receipted(const Moment& now) {
  auto& db = *opened_.connection;
  const auto& bounds = options_.bounds;
  const auto oldest_kept = now.trust >= ClockTrust::rtc ? ms(now.wall - bounds.receipted_age) : INT64_MIN;
  auto bytes = as_unsigned(db.execAndGet("SELECT coalesce(sum(bytes), 0) FROM outbox WHERE receipted_ms IS NOT NULL"));
  std::vector<std::int64_t> over;
  SQLite::Statement oldest(db,
                           "SELECT seq, receipted_ms, bytes FROM outbox WHERE receipted_ms IS NOT NULL "
                           "ORDER BY receipted_ms, bytes LIMIT ?");
  oldest.bind(1, static_cast<std::int64_t>(most_pruned));
  while (oldest.executeStep()) {
    if (oldest.getColumn(1).getInt64() >= oldest_kept && bytes <= bounds.receipted_bytes) break;
    bytes -= as_unsigned(oldest.getColumn(2));
    over.push_back(oldest.getColumn(0).getInt64());
  }
  SQLite::Statement remove(db, "DELETE FROM outbox WHERE seq=? AND receipted_ms IS NOT NULL");
  for (const auto seq : over) {
    remove.bind(1, seq);
    remove.exec();
    remove.reset();
  }
  return over.size();
}

std::size_t FindingLedger::prune_ended(const Moment& now, std::size_t most) {
  auto& db = *opened_.connection;
  const auto& bounds = options_.bounds;
  std::int64_t too_old = 0;
  if (now.trust >= ClockTrust::rtc) {
    // In the order of their ends: one that is too old makes those before it too old, dated or not.
    SQLite::Statement last(
        db, "SELECT coalesce(max(last_event), 0) FROM findings WHERE ended_bytes IS NOT NULL AND ended_ms < ?");
    last.bind(1, ms(now.wall - bounds.ended_age));
    if (last.executeStep()) too_old = last.getColumn(0).getInt64();
  }
  auto bytes =
      as_unsigned(db.execAndGet("SELECT coalesce(sum(ended_bytes), 0) FROM findings WHERE ended_bytes IS NOT NULL"));
  if (too_old == 0 && bytes <= bounds.ended_bytes) return 0;
  std::vector<std::string> over;
  SQLite::Statement oldest(
      db,
      "SELECT id, last_event, ended_bytes FROM findings WHERE ended_bytes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
      "events JOIN outbox ON outbox.event=events.id WHERE events.finding=findings.id AND receipted_ms IS NULL) "
      "ORDER BY last_event LIMIT ?");
  oldest.bind(1, static_cast<std::int64_t>(most));
  while (oldest.executeStep()) {
    if (oldest.getColumn(1).getInt64() > too_old && bytes <= bounds.ended_bytes) break;
    bytes -= std::min(bytes, as_unsigned(oldest.getColumn(2)));
    over.push_back(oldest.getColumn(0).getString());
  }
  for (const auto& id : over) remove_finding(db, id);
  return over.size();
}

std::size_t FindingLedger::prune_events_of_open(std::size_t most) {
  auto& db = *opened_.connection;
  std::vector<std::int64_t> over;
  SQLite::Statement oldest(
      db,
      "SELECT events.id FROM findings JOIN events ON events.finding=findings.id WHERE findings.state <> 'normal' AND "
      "events.ordinal <= (SELECT max(ordinal) FROM events WHERE finding=findings.id) - ? AND NOT EXISTS (SELECT 1 FROM "
      "outbox WHERE event=events.id) LIMIT ?");
  SQLite::bind(oldest, static_cast<std::int64_t>(options_.bounds.events_of_open), static_cast<std::int64_t>(most));
  while (oldest.executeStep()) over.push_back(oldest.getColumn(0).getInt64());
  for (const auto id : over) {
    for (const auto* query : {"DELETE FROM explaining WHERE event=?", "DELETE FROM events WHERE id=?"}) {
      SQLite::Statement remove(db, query);
      remove.bind(1, id);
      remove.exec();
    }
  }
  return over.size();
}

}  // namespace inspect::agent::storage
