#pragma once

#include "drivers/simulator/commands.hpp"

#include <string>

namespace inspect::sim {

/// What stands where: one device or all of them; `values` adds every point's value.
Reply look(Site& site, const std::string& device, bool values, BootTime now);

}  // namespace inspect::sim
