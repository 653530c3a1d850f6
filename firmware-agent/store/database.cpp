#include "firmware-agent/store/database.hpp"

#include "firmware-agent/store/files.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <filesystem>
#include <optional>

namespace inspect::agent::storage {

namespace {

/// Bounded whatever a damaged file claims.
constexpr sqlite3_int64 heap_limit = 32 << 20;

void set_up(SQLite::Database& db, const DatabasePlan& plan) {
  // One connection does everything, so the lock may be kept: nobody else opens the file (an operator's sqlite3 hears
  // "database is locked"), there is no shared memory file, and SQLite 3.40's WAL-reset bug cannot happen.
  db.exec("PRAGMA locking_mode=EXCLUSIVE");
  db.exec("PRAGMA cell_size_check=ON");
  db.exec("PRAGMA trusted_schema=OFF");
  db.exec("PRAGMA mmap_size=0");
  db.exec("PRAGMA journal_mode=WAL");
  db.exec(std::string("PRAGMA synchronous=") + plan.synchronous);
  db.exec("PRAGMA foreign_keys=ON");
  db.exec("PRAGMA wal_autocheckpoint=1000");
  db.exec("PRAGMA journal_size_limit=16777216");
  // Nothing is read twice within one job, and a transaction of any size spills to the log.
  db.exec("PRAGMA cache_size=-256");
  db.exec("PRAGMA temp_store=MEMORY");
}

void checkpoint_on_close(SQLite::Database& db, bool wanted) {
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

bool is_sound(SQLite::Database& db) {
  SQLite::Statement check(db, "PRAGMA quick_check(1)");
  return check.executeStep() && check.getColumn(0).getString() == "ok";
}

/// Answers whether there was nothing in it.
Result<bool> migrate(SQLite::Database& db, const DatabasePlan& plan) {
  const auto known = static_cast<int>(plan.migrations.size());
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  const auto id = db.execAndGet("PRAGMA application_id").getInt();
  const bool fresh = version == 0 && db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!fresh && id != plan.application_id) {
    return fail(Errc::storage, plan.path +
                                   ": this file belongs to another program; move it away or correct "
                                   "the store's directory in the configuration");
  }
  if (version > known) {
    return fail(Errc::storage, plan.path + ": schema " + std::to_string(version) + " is newer than this program's " +
                                   std::to_string(known) + "; install the newer version again, or move the file away");
  }
  for (int step = version; step < known; ++step) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(plan.migrations[static_cast<std::size_t>(step)]);
    db.exec("PRAGMA application_id=" + std::to_string(plan.application_id));
    db.exec("PRAGMA user_version=" + std::to_string(step + 1));
    transaction.commit();
  }
  return fresh;
}

/// Nothing when the file is corrupt.
std::optional<Result<OpenedDatabase>> try_open(const DatabasePlan& plan) {
  using Attempt = Result<OpenedDatabase>;
  try {
    auto db = std::make_unique<SQLite::Database>(plan.path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000);
    sqlite3_extended_result_codes(db->getHandle(), 1);
    // Should anything below fail, closing must not touch the files again (see abandon).
    checkpoint_on_close(*db, false);
    set_up(*db, plan);
    if (plan.check && !is_sound(*db)) return std::nullopt;
    const auto fresh = migrate(*db, plan);
    if (!fresh) return Attempt{fresh.error()};
    db->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_db_config(db->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    OpenedDatabase opened;
    opened.created = *fresh;
    opened.epoch = db->execAndGet("SELECT value FROM meta WHERE key='epoch'").getString();
    checkpoint_on_close(*db, true);
    opened.connection = std::move(db);
    return Attempt{std::move(opened)};
  } catch (const SQLite::Exception& error) {
    if (is_corrupt(error)) return std::nullopt;
    return Attempt{storage_error(error, plan.path + ": cannot open")};
  }
}

/// A log without its file: SQLite would delete it, and it may be all that is left of what was committed.
bool only_log_left(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > 0) return false;
  const auto log = std::filesystem::file_size(path + "-wal", error);
  return !error && log > 0;
}

std::string stamp(WallTime now) {
  auto text = rfc3339(now);
  std::erase_if(text, [](char c) { return c == ':' || c == '-' || c == '.'; });
  return text;
}

}  // namespace

Result<std::string> put_aside(const std::string& path, WallTime now) {
  std::string to = path + ".corrupt-" + stamp(now);
  std::error_code error;
  for (int i = 1; std::filesystem::exists(to, error); ++i) {
    to = path + ".corrupt-" + stamp(now) + "-" + std::to_string(i);
  }
  std::filesystem::rename(path, to, error);
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(Errc::storage, path + ": corrupt, and cannot be renamed: " + error.message());
  // The log goes along: it may hold what a salvage needs, and must never meet the new file.
  if (std::filesystem::exists(path + "-wal", error)) std::filesystem::rename(path + "-wal", to + "-wal", error);
  std::filesystem::remove(path + "-shm", error);
  if (auto synced = sync_directory(std::filesystem::path(path).parent_path().string()); !synced) {
    return synced.error();
  }
  return to;
}

void abandon(OpenedDatabase& opened) {
  if (opened.connection) checkpoint_on_close(*opened.connection, false);
  opened.connection.reset();
}

bool is_corrupt(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

Error storage_error(const SQLite::Exception& error, const std::string& doing) {
  return fail(Errc::storage, doing + ": " + error.what() + " (SQLite " + std::to_string(error.getExtendedErrorCode()) +
                                 (is_full(error) ? "); free some space on this disk" : ")"));
}

bool is_full(const SQLite::Exception& error) { return (error.getErrorCode() & 0xff) == SQLITE_FULL; }

Result<OpenedDatabase> open_database(const DatabasePlan& plan, WallTime now) {
  sqlite3_hard_heap_limit64(heap_limit);
  std::string quarantined;
  if (plan.keep_lone_log && only_log_left(plan.path)) {
    auto moved = put_aside(plan.path, now);
    if (!moved) return moved.error();
    quarantined = *moved;
  }
  auto attempt = try_open(plan);
  if (!attempt) {
    auto moved = put_aside(plan.path, now);
    if (!moved) return moved.error();
    quarantined = *moved;
    attempt = try_open(plan);
  }
  if (!attempt) return fail(Errc::storage, plan.path + ": corrupt again right after it was made; replace the disk");
  if (!*attempt) return std::move(*attempt);
  if (auto synced = sync_directory(std::filesystem::path(plan.path).parent_path().string()); !synced) {
    return synced.error();
  }
  (*attempt)->quarantined = std::move(quarantined);
  return std::move(*attempt);
}

}  // namespace inspect::agent::storage
