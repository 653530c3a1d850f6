#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/exit_code.hpp"

namespace inspect::cli {

/// Does what was asked; the only place that turns a failure into words and an exit code.
ExitCode run(const Options& options, const Console& console);

/// The failure on `err`, in the person's language, with its cure.
ExitCode report(const Console& console, const Failure& failure);

// Each in a file of its own, because it is no single question and answer.
ExitCode watch(const Options& options, const Console& console, const WatchCommand& command);
ExitCode replay(const Options& options, const Console& console, const ReplayCommand& command);
Got<ExitCode> run_test(const Options& options, const Console& console, const TestCommand& command);
ExitCode check(const Options& options, const Console& console, const CheckCommand& command);

}  // namespace inspect::cli
