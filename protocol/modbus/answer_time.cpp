#include "protocol/modbus/answer_time.hpp"

#include <algorithm>

namespace inspect::modbus {

void AnswerTime::learn(Nanoseconds delay, bool waited) {
  delay = std::max(delay, Nanoseconds{0});
  if (!known_) {
    known_ = true;
    slowest_ = delay;
    quickest_ = delay / 2;
    return;
  }
  slowest_ = delay >= slowest_ ? delay : slowest_ - (slowest_ - delay) / 512;
  // Two steps that balance: up towards what was seen to arrive, down when the first look came too late.
  if (waited) {
    quickest_ = delay < quickest_ ? delay : quickest_ + (delay - quickest_) / 4;
  } else {
    quickest_ -= quickest_ / 16;
  }
}

Nanoseconds AnswerTime::patience(Nanoseconds limit) const {
  if (!known_ || limit <= shortest_patience) return limit;
  return std::clamp<Nanoseconds>(2 * slowest_, shortest_patience, limit);
}

}  // namespace inspect::modbus
