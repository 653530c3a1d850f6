#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent::storage {

/// Number of a point in the history database; stays the same when the configuration changes.
using StoredId = std::uint32_t;

/// Quality and reason in one byte.
constexpr std::uint8_t pack(Quality quality, Reason reason) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(quality) << 4 | static_cast<unsigned>(reason));
}
constexpr Quality quality_of(std::uint8_t packed) { return static_cast<Quality>(packed >> 4); }
constexpr Reason reason_of(std::uint8_t packed) { return static_cast<Reason>(packed & 0x0f); }
/// Only combinations that exist: damaged bytes must not become enums out of range.
constexpr bool is_packed_quality(std::uint8_t packed) {
  return (packed >> 4) <= static_cast<unsigned>(Quality::bad) &&
         (packed & 0x0f) <= static_cast<unsigned>(Reason::stale);
}

/// How a point's values come about: value = raw * scale + offset.
struct Scaling {
  double scale = 1;
  double offset = 0;
};

/// The integer this value was made from, when that gives back the very same bits.
struct RawValue {
  bool exact = false;
  std::int64_t raw = 0;
};
RawValue raw_of(double value, const Scaling& scaling);
double value_of(std::int64_t raw, const Scaling& scaling);

/// An unchanged stretch of one point: `count` readings from `first_ms` to `last_ms` (wall clock), all the same.
/// A value travels with its own time; the end of a stretch is kept to the second.
struct Run {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::uint32_t count = 0;
  double value = 0;  ///< of a bad reading: 0
  std::uint8_t quality = 0;

  friend bool operator==(const Run&, const Run&) = default;
};

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
/// applied here, live and after a restart, so both give the same.
class OpenBlock {
 public:
  explicit OpenBlock(std::vector<StoredPoint> points = {}) : points_(std::move(points)), runs_(points_.size()) {}

  [[nodiscard]] const std::vector<StoredPoint>& points() const { return points_; }
  [[nodiscard]] const std::vector<Run>& runs(StoredId id) const { return runs_[id]; }
  [[nodiscard]] std::uint64_t readings() const { return readings_; }
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
  [[nodiscard]] double last_value(StoredId id) const { return runs_[id].empty() ? 0 : runs_[id].back().value; }

  std::vector<StoredPoint> points_;
  std::vector<std::vector<Run>> runs_;
  std::uint64_t readings_ = 0;
  std::int64_t previous_base_ = 0;
  std::vector<StoredId> previous_read_;
};

}  // namespace inspect::agent::storage
