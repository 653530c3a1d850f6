#pragma once

#include "firmware-agent/config/draft.hpp"

namespace inspect::agent {

/// The actions that a device's `allow` names, each of its profile. A problem tells those that are none; a warning,
/// once, that nothing lets go of what is switched on when the agent dies.
std::vector<std::string> allowed_actions(const DeviceDraft& draft, const drivers::Profile& profile,
                                         settings::Problems& problems, settings::Problems& warnings);

}  // namespace inspect::agent
