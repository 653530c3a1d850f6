#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/exit_code.hpp"

namespace inspect::cli {

/// How one quantity wears: drawn on the terminal, or written as a picture.
Got<ExitCode> show_trend(const Options& options, const Console& console, const TrendCommand& command);
/// What was foretold, and what came of it.
Got<ExitCode> show_forecasts(const Options& options, const Console& console, const ForecastsCommand& command);
/// Tells the agent that a part was replaced.
Got<ExitCode> note_part(const Options& options, const Console& console, const PartReplacedCommand& command);

}  // namespace inspect::cli
