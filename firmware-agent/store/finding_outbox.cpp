// The outbox half of the ledger: what waits for the centre, and what it has.
#include "firmware-agent/store/finding_ledger.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

namespace inspect::agent::storage {

namespace {

/// A centre that is restored is told all in one round; one that asks for more all day is broken or false, and must not
/// wear out the card.
constexpr std::chrono::hours resend_every{1};

std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }

void bind(SQLite::Statement& statement, const SeqRange& range) {
  statement.bind(1, static_cast<std::int64_t>(range.first));
  statement.bind(2, static_cast<std::int64_t>(range.last));
}

/// Where receipted rows lie that are not among `held`. Writes nothing: the centre says what it holds all year, and
/// nearly always nothing is lost.
std::vector<SeqRange> lost_ranges(SQLite::Database& db, const std::vector<SeqRange>& held) {
  SQLite::Statement any(db, "SELECT 1 FROM outbox WHERE seq BETWEEN ? AND ? AND receipted_ms IS NOT NULL LIMIT 1");
  std::vector<SeqRange> lost;
  for (const auto& range : gaps(held)) {
    bind(any, range);
    if (any.executeStep()) lost.push_back(range);
    any.reset();
  }
  return lost;
}

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

Result<std::size_t> FindingLedger::mark_unsent(const std::vector<Holding>& held) {
  return guarded("mark rows as unsent", [&]() -> Result<std::size_t> {
    std::vector<SeqRange> ours;
    for (const auto& one : held) {
      if (one.epoch == opened_.epoch) ours = one.held;
    }
    const auto lost = lost_ranges(*opened_.connection, ours);
    if (lost.empty()) return std::size_t{0};
    const auto now = options_.now().boot;
    if (unsent_at_ && now - *unsent_at_ < resend_every) {
      return fail(Errc::not_permitted, "the centre lacks findings again, less than an hour after they were sent again");
    }
    SQLite::Transaction transaction(*opened_.connection, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(
        *opened_.connection,
        "UPDATE outbox SET receipted_ms=NULL WHERE seq BETWEEN ? AND ? AND receipted_ms IS NOT NULL");
    std::size_t changed = 0;
    for (const auto& range : lost) {
      bind(update, range);
      changed += static_cast<std::size_t>(update.exec());
      update.reset();
    }
    transaction.commit();
    unsent_at_ = now;
    return changed;
  });
}

// The centre takes a finding only from the gateway that its bytes name. So what waits is written anew under the new
// name; what has a receipt was told under the old one and can never be told again.
void FindingLedger::follow_name() {
  auto& db = *opened_.connection;
  SQLite::Statement find(db, "SELECT value FROM meta WHERE key='gateway'");
  const auto old = find.executeStep() ? find.getColumn(0).getString() : std::string();
  find.reset();
  if (old == site_.gateway) return;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  std::size_t renamed = 0;
  if (!old.empty()) {
    db.exec("DELETE FROM outbox WHERE receipted_ms IS NOT NULL");
    SQLite::Statement waiting(db, "SELECT seq, payload FROM outbox ORDER BY seq");
    SQLite::Statement update(db, "UPDATE outbox SET payload=?, bytes=? WHERE seq=?");
    while (waiting.executeStep()) {
      auto message = messages::decode_finding(waiting.getColumn(1).getString());
      if (!message) continue;
      message->envelope.gateway = site_.gateway;
      const auto payload = options_.encode_finding(*message);
      update.bind(1, static_cast<const void*>(payload.data()), static_cast<int>(payload.size()));
      update.bind(2, static_cast<std::int64_t>(payload.size()));
      update.bind(3, waiting.getColumn(0).getInt64());
      update.exec();
      update.reset();
      ++renamed;
    }
  }
  SQLite::Statement note(db, "INSERT OR REPLACE INTO meta VALUES('gateway', ?)");
  note.bind(1, site_.gateway);
  note.exec();
  transaction.commit();
  if (old.empty()) return;
  warn_("this gateway was called " + old + " and is " + site_.gateway + " now; " + std::to_string(renamed) +
        " findings that wait are told under the new name, and the tickets of the old name stay at the centre");
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
