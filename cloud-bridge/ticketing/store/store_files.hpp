#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <string>

namespace inspect::ticketing {

/// Keeps other processes out of a store for as long as it lives, however this process ends.
class StoreLock {
 public:
  /// Errc::storage when another process holds it or it cannot be made.
  static Result<StoreLock> take(const std::string& directory);
  ~StoreLock();
  StoreLock(StoreLock&& other) noexcept;
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;
  StoreLock& operator=(StoreLock&&) = delete;

  /// There was none before: nobody ever kept a store here.
  [[nodiscard]] bool made() const { return made_; }
  /// For a store that was never begun: leaves no trace.
  void erase();

 private:
  StoreLock(std::string file, int fd, bool made);

  std::string file_;
  int fd_;
  bool made_;
};

/// tickets.db and what stands beside it. A power cut on a bad disk leaves files of no bytes, and SQLite takes such a
/// file for a new database: whether there were tickets is known from the other files alone.
class StoreFiles {
 public:
  explicit StoreFiles(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::string database() const { return directory_ + "/tickets.db"; }
  /// There is no database, or one of no bytes.
  [[nodiscard]] bool empty() const;
  /// Something says that tickets were kept here: the mark, or what SQLite leaves beside its database.
  [[nodiscard]] bool used() const;
  /// Says for ever that tickets are kept here. It costs no room; on an error the lock file says the same.
  void mark() const;
  /// Renames everything to tickets.db.corrupt-<time>, so that SQLite still knows the parts for one database.
  Result<std::string> set_aside(WallTime now) const;
  /// Of a store that could not be begun.
  void erase() const;

 private:
  [[nodiscard]] std::string marker() const { return directory_ + "/tickets.begun"; }

  std::string directory_;
};

}  // namespace inspect::ticketing
