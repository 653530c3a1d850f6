#pragma once

#include "firmware-agent/store/database.hpp"
#include "firmware-agent/store/open_block.hpp"
#include "firmware-agent/store/sqlite_store.hpp"

#include <deque>
#include <optional>
#include <set>

namespace inspect::agent::storage {

/// A closed batch of readings for the centre; `payload` is compressed here and goes out unpacked.
struct Batch {
  std::uint64_t seq = 0;
  std::int64_t created_ms = 0;
  std::string payload;
};

/// What one compaction brings, all in one transaction. Its rows are keyed by the journal's generation, so repeating one
/// whose outcome is unknown, even with more in it, replaces and never doubles. Looks at what its maker holds: hours of
/// readings are not copied.
struct Compaction {
  const OpenBlock& block;
  const std::deque<Batch>& batches;
  const std::set<std::uint64_t>& receipted;
  std::uint64_t generation = 0;  ///< of the journal that follows
  std::uint64_t next_batch = 1;
  std::uint64_t dropped = 0;  ///< batches given up before this
};

/// history.db: blocks of readings, batches that wait. Written only by compactions (some eight a day), each durable when
/// it returns, because the journal is begun anew right after: FULL costs one fsync in hours here, and the
/// write-ahead log is still copied back only once in many.
class HistoryDatabase {
 public:
  explicit HistoryDatabase(const Site& site, const StoreOptions& options) : site_(site), options_(options) {}

  struct State {
    std::string epoch;
    std::string quarantined;
    std::uint64_t generation = 0;
    std::uint64_t next_batch = 1;
    std::uint64_t dropped = 0;
  };
  /// Opens; puts aside what was found corrupt and begins anew. After it the numbers of this State hold.
  Result<State> open();
  /// Forgets the file, which is about to be removed.
  void forget();
  /// Corrupt, or another file than the one `open` answered for: everything is refused until `open` was called again.
  [[nodiscard]] bool lost() const { return corrupt_ || lost_; }

  struct KnownPoint {
    std::string name;
    Scaling scaling;
  };
  /// Gives every (name, scaling) a number, for good; answers all numbers ever given, in order from 0.
  Result<std::vector<KnownPoint>> know(const std::vector<KnownPoint>& points);

  /// Writes it, then drops the oldest beyond the bounds. Answers how many batches the bound cost.
  Result<std::uint64_t> write(const Compaction& compaction, WallTime now);

  struct StoredBlock {
    StoredId id = 0;
    std::string data;  ///< empty: it lies on a damaged page
  };
  /// Blocks of any of `ids` that touch [from, to], oldest first; evenly thinned to `most` blocks.
  Result<std::vector<StoredBlock>> blocks(const std::vector<StoredId>& ids, std::int64_t from, std::int64_t to,
                                          std::size_t most);
  /// Oldest first, from `from_seq`, at most `most`.
  Result<std::vector<Batch>> batches(std::uint64_t from_seq, std::size_t most);
  Result<std::uint64_t> batches_waiting();
  /// False also when it cannot be looked up.
  bool has_batch(std::uint64_t seq);
  /// Of the file that `open` answered for.
  [[nodiscard]] const std::string& epoch() const { return epoch_; }
  /// What the blocks take in the file; batches have a bound of their own.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  template <class Work>
  auto guarded(const char* doing, Work work) -> decltype(work());
  Result<void> ensure_open();
  std::optional<std::string> read_block(SQLite::Statement& block, std::int64_t key);
  void insert_block(const OpenBlock& block, std::int64_t number);
  void insert(const Compaction& compaction);
  std::uint64_t enforce_bounds(WallTime now);
  void drop_oldest_block();
  std::uint64_t drop_batches_over_bound();
  [[nodiscard]] std::uint64_t block_bytes() const;
  [[nodiscard]] std::uint64_t number(const char* key) const;
  void set_number(const char* key, std::uint64_t value);

  const Site& site_;
  const StoreOptions& options_;
  OpenedDatabase opened_;
  std::string epoch_;
  std::string put_aside_;  ///< not yet told
  bool corrupt_ = false;
  bool lost_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace inspect::agent::storage
