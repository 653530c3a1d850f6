#pragma once

#include "firmware-agent/detection/sight.hpp"
#include "protocol/model/rule.hpp"

namespace inspect::agent {

/// A value against [low, high] of the rule: beyond is a fault, inside by at least the deadband is healthy.
Sight limit_sight(const Rule& rule, double value);

}  // namespace inspect::agent
