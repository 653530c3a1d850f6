#include "firmware-agent/cli/trend_scale.hpp"

#include <algorithm>
#include <chrono>

namespace inspect::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours shown_ahead{24 * 90};  ///< of a forecast: further is a guess
constexpr double far_away = 10;                     ///< times what was seen: such a limit would flatten the curve

double share(WallTime from, WallTime to, WallTime at) {
  const auto span = static_cast<double>((to - from).count());
  return span <= 0 ? 0 : static_cast<double>((at - from).count()) / span;
}

}  // namespace

double TrendScale::x(WallTime at) const { return std::clamp(share(from, to, at), 0.0, 1.0); }
double TrendScale::y(double level) const { return std::clamp((level - low) / (high - low), 0.0, 1.0); }

std::optional<double> limit_ahead(const control::TrendRow& trend) {
  if (!trend.forecast || trend.days.empty()) return std::nullopt;
  const bool down = trend.usual && trend.days.back().level < *trend.usual;
  return down ? trend.low : trend.high;
}

TrendScale scale_of(const control::TrendRow& trend) {
  TrendScale scale;
  const auto by_level = [](const auto& a, const auto& b) { return a.level < b.level; };
  const auto [least, most] = std::minmax_element(trend.days.begin(), trend.days.end(), by_level);
  scale.low = std::min(least->level, trend.usual.value_or(least->level));
  scale.high = std::max(most->level, trend.usual.value_or(most->level));
  const double seen = std::max(scale.high - scale.low, 1e-6 * std::max(1.0, std::abs(scale.high)));
  const double bottom = scale.low, top = scale.high;
  for (const auto& limit : {trend.low, trend.high, limit_ahead(trend)}) {
    const bool needed = limit && limit == limit_ahead(trend);
    if (!limit || (!needed && (*limit < bottom - far_away * seen || *limit > top + far_away * seen))) continue;
    scale.low = std::min(scale.low, *limit);
    scale.high = std::max(scale.high, *limit);
  }
  const double margin = 0.05 * std::max(scale.high - scale.low, seen);
  scale.low -= margin;
  scale.high += margin;
  scale.from = trend.days.front().at;
  scale.to = std::max(trend.days.back().at, scale.from + 1h);
  if (trend.forecast) {
    scale.to = std::clamp(trend.forecast->latest, scale.to + 24h, trend.days.back().at + shown_ahead);
  }
  return scale;
}

std::optional<Expected> expected_at(const control::TrendRow& trend, WallTime at) {
  const auto limit = limit_ahead(trend);
  if (!limit || at < trend.days.back().at) return std::nullopt;
  const auto& last = trend.days.back();
  const auto on_the_way = [&](WallTime crossing) {
    const double way = crossing <= last.at ? 1 : std::min(1.0, share(last.at, crossing, at));
    return last.level + way * (*limit - last.level);
  };
  return Expected{on_the_way(trend.forecast->crossing), on_the_way(trend.forecast->latest),
                  on_the_way(trend.forecast->earliest)};
}

}  // namespace inspect::cli
