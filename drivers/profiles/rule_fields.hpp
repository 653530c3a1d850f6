#pragma once

#include "protocol/model/rule.hpp"
#include "protocol/settings/fields.hpp"

#include <string>
#include <vector>

namespace inspect::drivers {

/// A rule as written, before its points are looked up. Shared by profiles and site configurations.
struct RuleDraft {
  Rule rule;
  std::uint16_t repeat = 1;
  settings::Place place;
};

/// The rows of a rule; `whose` says how points are named there, for the help.
std::vector<settings::Field<RuleDraft>> rule_rows();

/// What a rule must have by its detector: reports what is missing or makes no sense.
void check_rule(const RuleDraft& draft, settings::Problems& problems);

}  // namespace inspect::drivers
