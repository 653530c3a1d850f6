#pragma once

#include "firmware-agent/store/run_log.hpp"
#include "protocol/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent::storage {

/// Number of a point in the history database; stays the same when the configuration changes.
using StoredId = std::uint32_t;

struct ValueChange {
  StoredId id = 0;
  std::int64_t ms = 0;
  double value = 0;
  std::uint8_t quality = 0;

  friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

/// What about one second brought: values that changed, in order of time, and everything that was read.
struct SecondRecord {
  std::int64_t base_ms = 0;  ///< wall clock; unchanged points count as seen then
  std::vector<ValueChange> changes;
  std::vector<StoredId> read;  ///< ascending, each once; holds those of `changes` too

  friend bool operator==(const SecondRecord&, const SecondRecord&) = default;
};

struct StoredPoint {
  Scaling scaling;
  std::int64_t longest_gap_ms = 10'000;  ///< silence longer than this ends an unchanged stretch
};

/// Everything since the last compaction, in memory and (through the journal) on disk: the journal's records are
/// applied here, live and after a restart, so both give the same. What it takes is bounded by the journal, whose
/// records are as dense: some 1.5 bytes here for each there.
class OpenBlock {
 public:
  explicit OpenBlock(std::vector<StoredPoint> points = {}) : points_(std::move(points)), logs_(points_.size()) {}

  [[nodiscard]] const std::vector<StoredPoint>& points() const { return points_; }
  /// Oldest first; unpacked for the caller.
  [[nodiscard]] std::vector<Run> runs(StoredId id) const { return logs_[id].runs(points_[id].scaling); }
  /// The newest run; nothing: there is none.
  [[nodiscard]] const Run* last(StoredId id) const { return logs_[id].empty() ? nullptr : &logs_[id].last(); }
  [[nodiscard]] std::uint64_t readings() const { return readings_; }
  /// From the first to the last of all of them, wall clock; nothing while it is empty.
  [[nodiscard]] std::int64_t first_ms() const { return first_ms_; }
  [[nodiscard]] std::int64_t last_ms() const { return last_ms_; }
  /// Memory taken for runs that are over.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] bool empty() const { return readings_ == 0; }

  /// Differs from the last one of this point, or follows too long a silence.
  [[nodiscard]] bool is_change(const ValueChange& reading) const;
  void apply(const SecondRecord& record);
  /// Runs that were gathered under another number; only while this point has none.
  void adopt(StoredId id, const std::vector<Run>& runs);
  /// Forgets everything but the points: the next record stands alone.
  void clear();

  /// The record as journal bytes, relative to what was applied before it; `decode` is the reverse and strict.
  [[nodiscard]] std::string encode(const SecondRecord& record) const;
  [[nodiscard]] Result<SecondRecord> decode(std::string_view bytes) const;

 private:
  void begin(StoredId id, const Run& run);

  std::vector<StoredPoint> points_;
  std::vector<RunLog> logs_;
  std::uint64_t readings_ = 0;
  std::int64_t first_ms_ = INT64_MAX;
  std::int64_t last_ms_ = INT64_MIN;
  std::int64_t previous_base_ = 0;
  std::vector<StoredId> previous_read_;
};

}  // namespace inspect::agent::storage
