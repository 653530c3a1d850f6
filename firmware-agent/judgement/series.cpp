#include "firmware-agent/judgement/series.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

double median_of(std::span<const double> values) {
  if (values.empty()) return 0;
  std::array<double, Series::most> sorted{};
  const auto count = std::min(values.size(), sorted.size());
  std::copy_n(values.begin(), count, sorted.begin());
  auto* const middle = sorted.begin() + count / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + count);
  if (count % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(sorted.begin(), middle));
}

namespace {

double median_level(std::span<const Daily> days) {
  std::array<double, Series::most> levels{};
  std::transform(days.begin(), days.end(), levels.begin(), [](const Daily& d) { return d.level; });
  return median_of({levels.data(), days.size()});
}

}  // namespace

void Series::push(const Daily& daily) {
  if (count_ == most) {
    std::move(days_.begin() + 1, days_.end(), days_.begin());
    --count_;
  }
  days_[count_++] = daily;
  if (!baseline_ && learned() >= 1) learn();
}

double Series::learned() const {
  constexpr double two_weeks = 12;  // between the first and the last of 12 working days of six a week
  if (baseline_) return 1;
  if (count_ == 0) return 0;
  const double span = static_cast<double>(days_[count_ - 1].day) - static_cast<double>(days_[0].day);
  return std::min({1.0, static_cast<double>(count_) / to_learn, (span + 1) / (two_weeks + 1)});
}

void Series::restart() {
  count_ = 0;
  baseline_.reset();
}

void Series::learn() {
  Baseline b;
  b.level = median_level(days());
  std::array<double, most> away{};
  for (std::size_t i = 0; i < count_; ++i) away[i] = std::abs(days_[i].level - b.level);
  b.deviation = 1.4826 * median_of({away.data(), count_});
  baseline_ = b;
}

bool Series::restart_at_step() {
  constexpr std::size_t before = 6, after = 6, between = 1;
  if (!baseline_ || count_ < before + between + after) return false;
  const auto all = days();
  const auto old = all.subspan(count_ - after - between - before, before);
  const auto now = all.last(after);
  const double jump = median_level(now) - median_level(old);
  // Both sides stand still against the jump: halves of each side differ by little of it.
  const double moved_after = median_level(now.last(3)) - median_level(now.first(3));
  const double moved_before = median_level(old.last(3)) - median_level(old.first(3));
  const double still = 0.15 * std::abs(jump);
  if (std::abs(jump) < 6 * baseline_->deviation || std::abs(moved_after) > still || std::abs(moved_before) > still) {
    return false;
  }
  std::move(days_.begin() + static_cast<std::ptrdiff_t>(count_ - after),
            days_.begin() + static_cast<std::ptrdiff_t>(count_), days_.begin());
  count_ = after;
  baseline_.reset();
  return true;
}

}  // namespace inspect::judgement
