#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/foresight.hpp"
#include "protocol/control/trend_rows.hpp"

#include <optional>
#include <vector>

namespace inspect::agent {

/// What judgement knows of one point, for people; nothing: the point is not judged by how it wears.
std::optional<control::TrendRow> trend_row(const Site& site, const Foresight& foresight, PointIndex point);

/// How the forecasts of each kind did that was ever graded.
std::vector<control::SkillRow> skill_rows(const Foresight& foresight);

}  // namespace inspect::agent
