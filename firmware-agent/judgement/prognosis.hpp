#pragma once

#include "firmware-agent/judgement/experts.hpp"

#include <optional>

namespace inspect::judgement {

/// A departure that grows towards a limit.
struct Wear {
  std::span<const Daily> days;  ///< levels minus the baseline, from the beginning of the wear on
  double margin = 0;            ///< limit minus the baseline; its sign is the side
  double noise = 0;             ///< deviation of one day's level
  double age_per_day = 1;       ///< expected use
};

/// When and how surely the limit is crossed.
struct Outlook {
  double probability = 0;                      ///< within the horizon
  double median_days = 0;                      ///< from the last day on; at most `longest`
  double earliest_days = 0, latest_days = 0;   ///< 5 % and 95 %
  std::array<double, expert_count> experts{};  ///< the probability each of them gives by itself
};
inline constexpr double longest_days = 400;

/// Mixes the experts by their record; what an expert was off a week ahead, it may be off in proportion further ahead.
/// Nothing when too little was seen to know what the experts are worth.
/// Experts that are not trusted are asked all the same, and not heard; when none is trusted, all are heard.
using Trusted = std::array<bool, expert_count>;
inline constexpr Trusted all_experts{true, true, true, true, true};
std::optional<Outlook> outlook(const Wear& wear, double horizon, const Trusted& trusted = all_experts);

/// Distribution of Student with four degrees of freedom (Abramowitz, Stegun 26.7): a record of few trials has tails.
double student4(double t);

}  // namespace inspect::judgement
