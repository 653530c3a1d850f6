#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/exit_code.hpp"

#include <string>

namespace inspect::cli {

/// Where the time of a bus goes, live; Ctrl-C ends it.
Got<ExitCode> bus_watch(const Options& options, const Console& console, const BusWatchCommand& command);
/// What passes on a bus, decoded; live until Ctrl-C, or from a file.
Got<ExitCode> bus_trace(const Options& options, const Console& console, const BusTraceCommand& command);
/// Looks for unknown devices; Ctrl-C ends it.
Got<ExitCode> bus_scan(const Options& options, const Console& console, const BusScanCommand& command);

/// The bus that was named, or the only one there is.
Got<std::string> choose_bus(Connection& connection, const std::string& named);

}  // namespace inspect::cli
