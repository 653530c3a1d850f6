#pragma once

namespace inspect::cli {

/// What the program ends with; documented in firmware-agent/docs/inspectctl.md and never renumbered.
enum class ExitCode : int {
  done = 0,
  failed = 1,
  wrong_use = 2,
  findings_open = 3,  ///< only with --check
  not_permitted = 4,
  unreachable = 5,  ///< no agent at the socket
  not_found = 6,
  bad_configuration = 7,
};

}  // namespace inspect::cli
