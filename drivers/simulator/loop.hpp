#pragma once

#include "drivers/simulator/site.hpp"
#include "protocol/core/error.hpp"

#include <functional>
#include <string>

namespace inspect::sim {

struct LoopSetup {
  std::string socket;  ///< path of the command channel; empty: none
  /// Called once when everything listens.
  std::function<void(const Site&)> ready;
};

/// Plays the site until SIGTERM or SIGINT, on this thread alone. Fails when a port cannot be opened.
Result<void> play(Site& site, const LoopSetup& setup);

}  // namespace inspect::sim
