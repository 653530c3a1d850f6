#pragma once

#include "firmware-agent/judgement/kept_piece.hpp"
#include "protocol/control/trend_rows.hpp"

#include <vector>

namespace inspect::agent {

/// What judgement learned since it was last written down.
struct JudgementNews {
  std::vector<judgement::KeptPiece> pieces;     ///< each in the place of its predecessor
  std::vector<control::ForecastRow> forecasts;  ///< made, or graded
  std::vector<control::PartRow> parts;

  [[nodiscard]] bool empty() const { return pieces.empty() && forecasts.empty() && parts.empty(); }
};

/// Kept of each, oldest first beyond it: some ten years of a site of 200 points.
constexpr std::size_t most_kept_forecasts = 20'000;
constexpr std::size_t most_kept_parts = 5'000;

}  // namespace inspect::agent
