#pragma once

#include "firmware-agent/cli/console.hpp"
#include "protocol/control/trend_rows.hpp"

#include <string>

namespace inspect::cli {

// How a quantity wears, and what was foretold, from the rows of the socket alone.

/// History, limits and the forecast's band as a drawing of characters, with the numbers below it.
std::string trend_page(const Console& console, const control::TrendRow& trend);
/// The same picture as a drawing of its own.
std::string trend_svg(const control::TrendRow& trend, Language language);
/// What was foretold and what came of it; how good each kind's forecasts were, and what is switched off.
std::string forecasts_page(const Console& console, const control::ForecastList& list);
/// One line: what was replaced, when, by whom.
std::string part_line(const Console& console, const control::PartRow& part);

}  // namespace inspect::cli
