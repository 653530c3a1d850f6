#pragma once

#include "protocol/control/trend_rows.hpp"

#include <optional>

namespace inspect::cli {

/// Where a trend's days, limits and forecast lie in a picture: 0..1 from left to right and from bottom to top.
struct TrendScale {
  WallTime from{}, to{};
  double low = 0, high = 1;

  [[nodiscard]] double x(WallTime at) const;
  [[nodiscard]] double y(double level) const;
};
/// `trend` has at least one day. A limit is in the picture when the way to it is at most ten times what was seen.
TrendScale scale_of(const control::TrendRow& trend);

/// The limit that the forecast is about; nothing without a forecast.
std::optional<double> limit_ahead(const control::TrendRow& trend);

/// What the forecast expects at `at`: the line to the limit at its median date, and the band of 90 % beside it.
/// Nothing before the last day and without a forecast.
struct Expected {
  double median = 0;
  double slow = 0;  ///< nearer to the last level
  double fast = 0;  ///< nearer to the limit
};
std::optional<Expected> expected_at(const control::TrendRow& trend, WallTime at);

}  // namespace inspect::cli
