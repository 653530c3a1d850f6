// The outbox half of the ledger: what waits for the centre, and what it has.
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

}  // namespace inspect::agent::storage
