#include "firmware-agent/detection/limit.hpp"

namespace inspect::agent {

Sight limit_sight(const Rule& rule, double value) {
  if ((rule.low && value < *rule.low) || (rule.high && value > *rule.high)) return Sight::fault;
  // Written so that a NaN, which compares false with everything, ends as neither broken nor well.
  const bool above = !rule.low || value >= *rule.low + rule.deadband;
  const bool below = !rule.high || value <= *rule.high - rule.deadband;
  return above && below && value == value ? Sight::healthy : Sight::between;
}

}  // namespace inspect::agent
