#pragma once

#include "protocol/model/reading.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspect::agent::storage {

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
bool same_bits(double a, double b);

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

/// The runs of one point, oldest first, kept for hours in memory: the last one as it is, those before it packed into
/// some three bytes each (a Run takes 40).
class RunLog {
 public:
  [[nodiscard]] bool empty() const { return last_.count == 0; }
  [[nodiscard]] const Run& last() const { return last_; }
  /// `run.count` is 1 or more. A log is always given the same scaling.
  void add(const Run& run, const Scaling& scaling);
  /// The last run was seen once more.
  void prolong(std::int64_t ms);
  [[nodiscard]] std::vector<Run> runs(const Scaling& scaling) const;
  /// Taken for those that are packed.
  [[nodiscard]] std::size_t bytes() const { return packed_.capacity(); }

 private:
  /// What a packed run is relative to.
  struct Before {
    std::int64_t first_ms = 0;
    std::int64_t step = 0;
    double value = 0;
    std::uint8_t quality = 0;
  };
  void pack_last(const Scaling& scaling);

  Run last_;
  Before before_;
  std::string packed_;
  std::uint32_t packed_runs_ = 0;
};

}  // namespace inspect::agent::storage
