#include "firmware-agent/detection/frozen.hpp"

#include <algorithm>

namespace inspect::agent {

void Frozen::start(const Reading& reading) {
  running_ = true;
  value_ = reading.value;
  since_ = reading.measured_at.boot;
  lowest_ = highest_ = last_other_;
}

Sight Frozen::see(const Rule& rule, const Reading& reading) {
  if (running_ && reading.measured_at.boot > good_until_) gap();
  good_until_ = reading.good_until;
  if (!running_) {
    start(reading);
    return Sight::not_judged;
  }
  if (reading.value != value_) {
    start(reading);
    moved_once_ = true;
    return Sight::healthy;
  }
  const bool long_enough = reading.measured_at.boot - since_ >= rule.window;
  const bool should_have_moved = rule.against.empty() || other_span() > rule.deadband;
  if (long_enough && should_have_moved) return Sight::fault;
  return moved_once_ ? Sight::healthy : Sight::not_judged;
}

void Frozen::other(double value) {
  last_other_ = value;
  if (!any_other_) lowest_ = highest_ = value;
  any_other_ = true;
  lowest_ = std::min(lowest_, value);
  highest_ = std::max(highest_, value);
}

}  // namespace inspect::agent
