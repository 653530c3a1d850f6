#pragma once

#include "firmware-agent/config/draft.hpp"

namespace inspect::agent {

/// Whether a model can hang on such a bus at all; a problem says what it needs instead. True when the device has an
/// address there, so that its unit counts.
bool check_fit(const DeviceDraft& draft, const Bus& bus, const drivers::Profile& profile, settings::Problems& problems);

}  // namespace inspect::agent
