#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include "cloud-bridge/ticketing/store/schema.hpp"
#include "cloud-bridge/ticketing/store/store_impl.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <optional>

namespace inspect::ticketing {

namespace {

using Impl = TicketStore::Impl;

void bind_digest(SQLite::Statement& statement, int index, const Digest& digest) {
  statement.bind(index, static_cast<const void*>(digest.data()), static_cast<int>(digest.size()));
}

void bind_bytes(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

void write_inbox(Impl& store, const WriteSet& set) {
  for (const auto& row : set.inbox) {
    auto insert = store.prepared("INSERT INTO inbox VALUES (?,?,?,?,?,?)");
    bind_text(*insert, 1, row.key.gateway);
    bind_text(*insert, 2, row.key.epoch);
    insert->bind(3, static_cast<std::int64_t>(row.key.seq));
    insert->bind(4, static_cast<int>(row.kind));
    bind_digest(*insert, 5, row.digest);
    insert->bind(6, millis(set.at));
    insert->exec();
    if (row.kind == InboxKind::readings) continue;
    auto count = store.prepared(
        "INSERT INTO numbering VALUES (?1,?2,?3,1,?4,?5) ON CONFLICT DO UPDATE SET top = max(top, ?3), held = held + 1,"
        " findings = findings + ?4, first = min(first, ?5)");
    bind_text(*count, 1, row.key.gateway);
    bind_text(*count, 2, row.key.epoch);
    count->bind(3, static_cast<std::int64_t>(row.key.seq));
    count->bind(4, row.kind == InboxKind::finding ? 1 : 0);
    count->bind(5, row.later_life ? static_cast<std::int64_t>(row.key.seq) : 1);
    count->exec();
  }
}

void write_tickets(Impl& store, const WriteSet& set) {
  for (const auto& row : set.tickets) {
    auto insert = store.prepared("INSERT INTO ticket VALUES (?,?,?,?,?,NULL)");
    insert->bind(1, row.id);
    bind_text(*insert, 2, row.number);
    bind_text(*insert, 3, row.gateway);
    bind_text(*insert, 4, row.finding);
    insert->bind(5, millis(row.opened_at));
    insert->exec();
  }
  for (const auto& row : set.sources) {
    auto insert = store.prepared("INSERT INTO ticket_source VALUES (?,?,?,?)");
    bind_text(*insert, 1, row.gateway);
    bind_text(*insert, 2, row.finding);
    bind_text(*insert, 3, row.epoch);
    insert->bind(4, row.ticket);
    insert->exec();
  }
  for (const auto& row : set.closings) {
    auto update = store.prepared("UPDATE ticket SET closed_at = ? WHERE id = ?");
    bind_time(*update, 1, row.closed_at);
    update->bind(2, row.id);
    update->exec();
  }
}

template <class Named>
void bind_name(SQLite::Statement& statement, int index, const std::optional<Named>& value) {
  if (value) {
    bind_text(statement, index, name(*value));
  } else {
    statement.bind(index);
  }
}

void write_events(Impl& store, const WriteSet& set) {
  for (const auto& row : set.events) {
    auto insert = store.prepared("INSERT INTO ticket_event VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
    insert->bind(1, row.ticket);
    insert->bind(2, static_cast<std::int64_t>(row.position));
    insert->bind(3, millis(row.event.at));
    bind_text(*insert, 4, name(row.event.kind));
    bind_text(*insert, 5, row.event.by);
    bind_text(*insert, 6, row.event.note);
    bind_text(*insert, 7, row.event.party);
    bind_name(*insert, 8, row.event.clock);
    bind_name(*insert, 9, row.event.outcome);
    bind_time(*insert, 10, row.event.until);
    row.payload.empty() ? insert->bind(11) : bind_bytes(*insert, 11, row.payload);
    row.event.report ? bind_text(*insert, 12, row.event.report->envelope.epoch) : insert->bind(12);
    insert->exec();
  }
}

void write_quarantine(Impl& store, const WriteSet& set) {
  for (const auto& row : set.quarantine) {
    auto insert = store.prepared(
        "INSERT INTO quarantine VALUES (NULL,?1,?2,?3,?4,?5,?6,?7,?8,?9,?9,1)"
        " ON CONFLICT DO UPDATE SET times = times + 1, last_at = excluded.last_at");
    bind_text(*insert, 1, row.gateway);
    bind_text(*insert, 2, row.topic);
    bind_text(*insert, 3, row.reason);
    insert->bind(4, row.conflict ? 1 : 0);
    if (row.key) {
      bind_text(*insert, 5, row.key->epoch);
      insert->bind(6, static_cast<std::int64_t>(row.key->seq));
    } else {
      insert->bind(5);
      insert->bind(6);
    }
    bind_digest(*insert, 7, row.digest);
    bind_bytes(*insert, 8, row.payload);
    insert->bind(9, millis(set.at));
    insert->exec();
  }
}

void write_readings(Impl& store, const WriteSet& set) {
  for (const auto& row : set.readings) {
    auto insert = store.prepared("INSERT OR IGNORE INTO reading VALUES (NULL,?,?,?,?,?,?,?,?,?,?)");
    bind_text(*insert, 1, row.gateway);
    bind_text(*insert, 2, row.entry.device);
    bind_text(*insert, 3, row.entry.point);
    insert->bind(4, millis(row.entry.at));
    insert->bind(5, row.entry.value);
    bind_text(*insert, 6, row.entry.unit);
    bind_text(*insert, 7, name(row.entry.quality));
    bind_text(*insert, 8, name(row.entry.reason));
    insert->bind(9, millis(set.at));
    bind_text(*insert, 10, row.site);
    insert->exec();
  }
}

void write_gateways(Impl& store, const WriteSet& set) {
  for (const auto& row : set.gateways) {
    auto upsert = store.prepared(
        "INSERT INTO gateway (name, online, version, heard_at, dropped, watching, agent_at) VALUES "
        "(?1,?2,?3,?4,?5,?6,?7)"
        " ON CONFLICT DO UPDATE SET heard_at = max(heard_at, ?4), online = coalesce(?2, online),"
        " version = iif(?3 = '', version, ?3), dropped = max(dropped, ?5), watching = coalesce(?6, watching),"
        " agent_at = coalesce(?7, agent_at)");
    bind_text(*upsert, 1, row.name);
    row.online ? upsert->bind(2, *row.online ? 1 : 0) : upsert->bind(2);
    bind_text(*upsert, 3, row.version);
    upsert->bind(4, millis(row.heard_at));
    upsert->bind(5, static_cast<std::int64_t>(row.dropped));
    row.watching ? upsert->bind(6, *row.watching ? 1 : 0) : upsert->bind(6);
    row.agent_at ? upsert->bind(7, millis(*row.agent_at)) : upsert->bind(7);
    upsert->exec();
  }
}

constexpr const char* cure =
    "; put the newest backup in its place, with no tickets.db-wal beside it (what gateways sent since, they send "
    "again by themselves, for 14 days), or start once with --begin-anew, which sets the old files aside and begins "
    "with no tickets";

/// What came of opening the files.
struct Opening {
  std::unique_ptr<Impl> impl;
  std::optional<Error> error;
  bool damaged = false;  ///< as it is, this database cannot be used by anybody
};

Opening damaged(const std::string& what) { return {nullptr, fail(Errc::storage, "tickets.db " + what + cure), true}; }

/// `used`: tickets were kept here, so an empty database is a lost one.
Opening open_files(const StoreFiles& files, const StoreLimits& limits, bool used) {
  constexpr const char* lost = "is missing or empty although tickets were kept in this directory";
  // Looked at before SQLite does: it throws away the log beside an empty database.
  if (used && files.empty()) return damaged(lost);
  try {
    auto impl = std::make_unique<Impl>(files.database(), limits);
    configure(impl->database);
    if (used && is_blank(impl->database)) return damaged(lost);
    if (auto ready = migrate(impl->database); !ready) return {nullptr, ready.error(), false};
    if (const auto flaw = find_flaw(impl->database)) return damaged("is damaged (" + *flaw + ")");
    return {std::move(impl), std::nullopt, false};
  } catch (const SQLite::Exception& problem) {
    const auto code = problem.getErrorCode();
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
      return damaged(std::string("is damaged (") + problem.what() + ")");
    return {nullptr, fail(Errc::storage, std::string("tickets.db: ") + problem.what()), false};
  } catch (const std::exception& problem) {
    return {nullptr, fail(Errc::storage, std::string("tickets.db: ") + problem.what()), false};
  }
}

}  // namespace

TicketStore::Impl::Impl(const std::string& file, StoreLimits bounds)
    : limits(bounds), database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {}

Lease TicketStore::Impl::prepared(const char* literal) {
  auto found = statements.find(literal);
  if (found == statements.end()) found = statements.try_emplace(literal, database, literal).first;
  return Lease(found->second);
}

TicketStore::TicketStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TicketStore::~TicketStore() = default;

Result<std::unique_ptr<TicketStore>> TicketStore::open(const std::string& directory, StoreLimits limits,
                                                       std::optional<WallTime> begin_anew) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  auto lock = StoreLock::take(directory);
  if (!lock) return lock.error();
  const StoreFiles files(directory);
  const bool used = files.used() || !lock->made();
  const bool first = !used && files.empty();
  auto opening = open_files(files, limits, used);
  std::string aside;
  if (opening.damaged && begin_anew) {
    auto renamed = files.set_aside(*begin_anew);
    if (!renamed) return renamed.error();
    aside = std::move(*renamed);
    opening = open_files(files, limits, false);
  }
  if (opening.error) {
    // A full disk at the first start must not look like a lost store at the second.
    if (first) files.erase();
    if (lock->made()) lock->erase();
    return std::move(*opening.error);
  }
  files.mark();
  opening.impl->lock.emplace(std::move(*lock));
  opening.impl->aside = std::move(aside);
  return std::unique_ptr<TicketStore>(new TicketStore(std::move(opening.impl)));
}

const std::string& TicketStore::set_aside() const { return impl_->aside; }

Result<void> TicketStore::commit(const WriteSet& set) {
  return guarded("commit", [&] {
    SQLite::Transaction transaction(impl_->database, SQLite::TransactionBehavior::IMMEDIATE);
    write_inbox(*impl_, set);
    write_tickets(*impl_, set);
    write_events(*impl_, set);
    write_quarantine(*impl_, set);
    write_readings(*impl_, set);
    write_gateways(*impl_, set);
    transaction.commit();
  });
}

Result<void> TicketStore::sign_of_life(WallTime now, std::size_t room) {
  return guarded("sign of life", [&] {
    auto upsert = impl_->prepared("INSERT OR REPLACE INTO pulse VALUES (1, ?, zeroblob(?))");
    upsert->bind(1, millis(now));
    upsert->bind(2, static_cast<std::int64_t>(room));
    upsert->exec();
  });
}

Result<void> TicketStore::prune(WallTime now) {
  return guarded("prune", [&] {
    SQLite::Transaction transaction(impl_->database, SQLite::TransactionBehavior::IMMEDIATE);
    // Row ids rise with arrival, so the oldest stand first and a look at the head is enough.
    auto readings = impl_->prepared(
        "DELETE FROM reading WHERE id IN (SELECT id FROM reading ORDER BY id LIMIT 5000)"
        " AND (heard_at < ? OR id <= (SELECT max(id) FROM reading) - ?)");
    readings->bind(1, millis(now - impl_->limits.readings_age));
    readings->bind(2, impl_->limits.readings_rows);
    readings->exec();
    auto inbox = impl_->prepared(
        "DELETE FROM inbox WHERE kind = 2 AND (gateway, epoch, seq) IN"
        " (SELECT gateway, epoch, seq FROM inbox WHERE kind = 2 AND received_at < ? LIMIT 5000)");
    inbox->bind(1, millis(now - impl_->limits.readings_inbox_age));
    inbox->exec();
    auto findings = impl_->prepared(
        "DELETE FROM inbox WHERE kind <> 2 AND (gateway, epoch, seq) IN"
        " (SELECT gateway, epoch, seq FROM inbox WHERE kind <> 2 AND received_at < ? LIMIT 5000)");
    findings->bind(1, millis(now - impl_->limits.findings_inbox_age));
    findings->exec();
    auto quarantine =
        impl_->prepared("DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE last_at < ? LIMIT 5000)");
    quarantine->bind(1, millis(now - impl_->limits.findings_inbox_age));
    quarantine->exec();
    transaction.commit();
  });
}

}  // namespace inspect::ticketing
