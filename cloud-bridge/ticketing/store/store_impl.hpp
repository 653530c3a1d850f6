#pragma once

#include "cloud-bridge/ticketing/store/store_files.hpp"
#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace inspect::ticketing {

/// A prepared statement on loan: given back reset, because an open SELECT would keep the log from being checkpointed.
class Lease {
 public:
  explicit Lease(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }
  ~Lease() { statement_.tryReset(); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  SQLite::Statement* operator->() { return &statement_; }
  SQLite::Statement& operator*() { return statement_; }

 private:
  SQLite::Statement& statement_;
};

struct TicketStore::Impl {
  Impl(const std::string& file, StoreLimits bounds);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// A statement prepared once for each text. Only literals: no statement is built from input.
  Lease prepared(const char* literal);

  std::optional<StoreLock> lock;  ///< first: held until the database is closed
  std::string aside;
  StoreLimits limits;
  SQLite::Database database;
  std::map<const char*, SQLite::Statement> statements;
};

/// Runs what touches SQLite and turns its exceptions into Errc::storage.
template <class F>
auto guarded(const char* what, F&& work) -> Result<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const std::exception& problem) {
    return fail(Errc::storage, std::string(what) + ": " + problem.what());
  }
}

inline std::int64_t millis(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime wall(std::int64_t value) { return WallTime{std::chrono::milliseconds{value}}; }

inline void bind_text(SQLite::Statement& statement, int index, std::string_view text) {
  statement.bind(index, std::string(text));
}
inline void bind_time(SQLite::Statement& statement, int index, const std::optional<WallTime>& time) {
  if (time) {
    statement.bind(index, millis(*time));
  } else {
    statement.bind(index);
  }
}

}  // namespace inspect::ticketing
