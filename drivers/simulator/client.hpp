#pragma once

#include <string>

namespace inspect::sim {

/// Exit codes of the program; stable.
enum ExitCode : int {
  exit_done = 0,
  exit_refused = 1,      ///< the simulator understood and refused, or a port could not be opened
  exit_usage = 2,        ///< wrong options, a wrong site file
  exit_unreachable = 3,  ///< no simulator at this socket
};

/// Sends one command and prints what comes back, as text or as the JSON it came in. "watch" goes on until the
/// simulator ends.
int run_client(const std::string& socket, const std::string& command, bool json);

}  // namespace inspect::sim
