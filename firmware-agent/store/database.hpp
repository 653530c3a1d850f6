#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/VariadicBind.h>

#include <memory>
#include <span>
#include <string>

namespace inspect::agent::storage {

/// One of the store's files: who it is and how it grew.
struct DatabasePlan {
  std::string path;
  std::int32_t application_id = 0;
  /// Step i brings user_version from i to i + 1. Only ever appended to. The first makes `meta` and its epoch.
  std::span<const char* const> migrations;
  const char* synchronous = "FULL";
  /// False when this process has checked the file before and met no damage since: reading all of a large one again
  /// would keep the findings waiting.
  bool check = true;
  /// The file was in use before: the log of one that is empty or missing is evidence and is put aside, not deleted.
  bool keep_lone_log = false;
};

struct OpenedDatabase {
  std::unique_ptr<SQLite::Database> connection;
  std::string epoch;        ///< 16 hex digits, drawn when the file was created
  std::string quarantined;  ///< where a corrupt predecessor lies now; empty: there was none
  bool created = false;     ///< there was no file, or nothing in it
};

/// Opens or creates, checks, migrates forward. A corrupt file is renamed `<path>.corrupt-<time>` and a new one with a
/// new epoch begins. A newer schema or another program's file is
/// refused with the cure, untouched. What only the write-ahead log holds is brought into the file and made durable
/// before this returns, so nothing that can be read through the connection depends on an fsync that once failed.
Result<OpenedDatabase> open_database(const DatabasePlan& plan, WallTime now);

/// Renames a file in which damage was met, together with its log, to `<path>.corrupt-<time>`. Answers the new name.
Result<std::string> put_aside(const std::string& path, WallTime now);

/// Closes a connection after a failure without another word to its files: no checkpoint, no fsync on a descriptor that
/// may claim success for pages that are lost (reliability F09). Harmless when there is none.
void abandon(OpenedDatabase& opened);

/// The file itself is damaged, or is no database.
bool is_corrupt(const SQLite::Exception& error);
/// A library's exception as our value.
Error storage_error(const SQLite::Exception& error, const std::string& doing);
/// The disk had no room for it.
bool is_full(const SQLite::Exception& error);

}  // namespace inspect::agent::storage
