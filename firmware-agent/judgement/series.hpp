#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace inspect::judgement {

/// One day of one point: its level and how old the part was, in the scale in which it wears.
struct Daily {
  float day = 0;  ///< days since the record's start
  float age = 0;  ///< operations, heated hours or days
  float level = 0;

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(day, age, level);
  }
};

struct Baseline {
  double level = 0;
  double deviation = 0;  ///< of one day's level; MAD x 1.4826 (NIST/SEMATECH e-Handbook 1.3.5.17)

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(level, deviation);
  }
};

/// Daily levels of one point since its part was new to us. The baseline is learned from the first two weeks and then
/// frozen: one that follows learns the fault (reference: detection 1.2 L2).
class Series {
 public:
  static constexpr std::size_t most = 160;     ///< 1.9 KB; older days do not help to see 60 days ahead
  static constexpr std::size_t to_learn = 12;  ///< working days in two weeks, which they must span

  void push(const Daily& daily);
  /// A part was replaced, a set-point changed: what was is no longer like what will be.
  void restart();
  /// The last days moved at once and then stood still: somebody changed something and did not say so. Keeps the days
  /// since the change and learns a new baseline; true if so.
  bool restart_at_step();

  [[nodiscard]] std::span<const Daily> days() const { return {days_.data(), count_}; }
  /// 0 … 1: how much of what the baseline needs is there.
  [[nodiscard]] double learned() const;
  [[nodiscard]] const std::optional<Baseline>& baseline() const { return baseline_; }
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes.count(count_, most);
    for (std::size_t i = 0; i < count_; ++i) bytes(days_[i]);
    bytes(baseline_);
  }

 private:
  void learn();

  std::array<Daily, most> days_{};
  std::uint32_t count_ = 0;
  std::optional<Baseline> baseline_;
};

/// The median; sorts a copy of at most `Series::most` values.
double median_of(std::span<const double> values);

}  // namespace inspect::judgement
