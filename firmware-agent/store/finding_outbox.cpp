// The outbox half of the ledger: what waits for the centre, what it has, and what a damaged file still tells.
#include "firmware-agent/store/finding_json.hpp"
#include "firmware-agent/store/finding_ledger.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

namespace inspect::agent::storage {

namespace {

std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

Result<std::vector<control::OutboxRow>> FindingLedger::claim(const Skip& skip, std::size_t most,
                                                             std::size_t most_bytes) {
  return guarded("read the outbox", [&]() -> Result<std::vector<control::OutboxRow>> {
    std::set<std::uint64_t> on_their_way;
    for (const auto& [epoch, seq] : skip) {
      if (epoch == opened_.epoch) on_their_way.insert(seq);
    }
    std::vector<control::OutboxRow> rows;
    SQLite::Statement waiting(*opened_.connection,
                              "SELECT seq, payload FROM outbox WHERE receipted_ms IS NULL ORDER BY seq");
    std::size_t bytes = 0;
    while (rows.size() < most && waiting.executeStep()) {
      const auto seq = static_cast<std::uint64_t>(waiting.getColumn(0).getInt64());
      if (on_their_way.contains(seq)) continue;
      auto payload = waiting.getColumn(1).getString();
      bytes += payload.size();
      if (bytes > most_bytes && !rows.empty()) break;
      rows.push_back({control::Stream::findings, opened_.epoch, seq, std::move(payload)});
    }
    return rows;
  });
}

Result<std::size_t> FindingLedger::receipt(const std::string& epoch, const std::vector<std::uint64_t>& seqs) {
  return guarded("note a receipt", [&]() -> Result<std::size_t> {
    if (epoch != opened_.epoch || seqs.empty()) return std::size_t{0};
    const auto now = options_.now();
    SQLite::Transaction transaction(*opened_.connection, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(*opened_.connection,
                             "UPDATE outbox SET receipted_ms=? WHERE seq=? AND receipted_ms IS NULL");
    std::size_t changed = 0;
    for (const auto seq : seqs) {
      if (seq > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) continue;
      update.bind(1, now.trust >= ClockTrust::rtc ? ms(now.wall) : undated);
      update.bind(2, static_cast<std::int64_t>(seq));
      changed += static_cast<std::size_t>(update.exec());
      update.reset();
    }
    if (changed > 0) transaction.commit();
    return changed;
  });
}

Result<std::size_t> FindingLedger::mark_unsent(const std::string& epoch, std::uint64_t from_seq) {
  return guarded("mark rows as unsent", [&]() -> Result<std::size_t> {
    if (epoch != opened_.epoch) return std::size_t{0};
    SQLite::Statement update(*opened_.connection,
                             "UPDATE outbox SET receipted_ms=NULL WHERE seq>=? AND receipted_ms IS NOT NULL");
    update.bind(1, static_cast<std::int64_t>(std::min<std::uint64_t>(from_seq, INT64_MAX)));
    return static_cast<std::size_t>(update.exec());
  });
}

Result<control::OutboxState> FindingLedger::state() {
  return guarded("look at the outbox", [&]() -> Result<control::OutboxState> {
    control::OutboxState state;
    state.findings_epoch = opened_.epoch;
    SQLite::Statement waiting(*opened_.connection,
                              "SELECT count(*), min(created_ms) FROM outbox WHERE receipted_ms IS NULL");
    if (waiting.executeStep()) {
      state.findings_waiting = static_cast<std::uint64_t>(waiting.getColumn(0).getInt64());
      if (state.findings_waiting > 0) {
        state.oldest_waiting = rfc3339(WallTime{std::chrono::milliseconds{waiting.getColumn(1).getInt64()}});
      }
    }
    state.findings_receipted = static_cast<std::uint64_t>(
        opened_.connection->execAndGet("SELECT count(*) FROM outbox WHERE receipted_ms IS NOT NULL").getInt64());
    return state;
  });
}

// A damaged file is evidence, not truth: what can still be read of the open findings is taken over and told to the
// centre again under the new epoch; the occurrence numbers keep a new fault from taking an old ticket's name.
void FindingLedger::salvage(const std::string& corrupt) {
  FindingCommit taken_over;
  std::vector<FindingId> occurrences;
  try {
    SQLite::Database old(corrupt, SQLite::OPEN_READWRITE);
    old.exec("PRAGMA trusted_schema=OFF");
    old.exec("PRAGMA cell_size_check=ON");
    SQLite::Statement names(old, "SELECT site, device, point, kind, highest FROM occurrences");
    while (names.executeStep()) {
      occurrences.push_back({names.getColumn(0).getString(), names.getColumn(1).getString(),
                             names.getColumn(2).getString(), names.getColumn(3).getString(),
                             names.getColumn(4).getUInt()});
    }
    SQLite::Statement rows(old, "SELECT doc FROM findings WHERE state <> 'normal' ORDER BY last_event");
    while (rows.executeStep()) {
      auto finding = finding_from_document(rows.getColumn(0).getString());
      if (finding) taken_over.changes.push_back({FindingEvent::updated, carried_over(*finding, options_.now())});
    }
  } catch (const SQLite::Exception&) {
    // As far as it could be read; the rest stays in the file that was put aside.
  }
  taken_over.at = options_.now();
  try {
    for (const auto& id : occurrences) {
      SQLite::Statement keep(*opened_.connection,
                             "INSERT INTO occurrences VALUES(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
      SQLite::bind(keep, id.site, id.device, id.point, id.kind, static_cast<std::int64_t>(id.occurrence));
      keep.exec();
    }
    write(taken_over);
    warn_("taken over from the corrupt findings.db: " + std::to_string(taken_over.changes.size()) + " open findings, " +
          std::to_string(occurrences.size()) + " occurrence numbers");
  } catch (const std::exception& error) {
    warn_(std::string("nothing could be taken over from the corrupt findings.db: ") + error.what());
  }
}

}  // namespace inspect::agent::storage
