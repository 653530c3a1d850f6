#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/settings/problems.hpp"

namespace inspect::agent {

/// Limits that can never work. Tells what a reading of the point can never reach, and a deadband so wide that a finding
/// could never end. Only rules that the site wrote are asked: what a profile says was weighed with the profile.
void check_limits(const Rule& rule, const drivers::PointSpec& point, settings::Place place,
                  settings::Problems& problems);

/// Two limit rules of one point: a value must be left that both hold for well.
void check_together(const Rule& one, const Rule& other, settings::Place place, settings::Problems& problems);

}  // namespace inspect::agent
