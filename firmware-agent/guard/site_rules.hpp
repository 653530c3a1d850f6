#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/guard/guard.hpp"

namespace inspect::guard {

/// What the site's configuration says of writing: what each device allows, and when exams are.
Rules rules_of(const agent::Site& site);

}  // namespace inspect::guard
