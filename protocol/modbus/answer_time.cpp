#include "protocol/modbus/answer_time.hpp"

#include <algorithm>
#include <utility>

namespace inspect::modbus {

void AnswerTime::learn(Nanoseconds delay, bool waited) {
  delay = std::max(delay, Nanoseconds{0});
  missed_ = false;
  if (!known_) {
    known_ = true;
    slowest_ = delay;
    usual_ = delay;
    quickest_ = delay / 2;
    return;
  }
  slowest_ = delay >= slowest_ ? delay : slowest_ - (slowest_ - delay) / 512;
  usual_ = delay >= usual_ ? std::min(delay, std::max<Nanoseconds>(2 * usual_, usual_ + probe_margin))
                           : usual_ - (usual_ - delay) / 16;
  // Two steps that balance: up towards what was seen to arrive, down when the first look came too late.
  if (waited) {
    quickest_ = delay < quickest_ ? delay : quickest_ + (delay - quickest_) / 4;
  } else {
    quickest_ -= quickest_ / 16;
  }
}

Nanoseconds AnswerTime::patience(Nanoseconds limit) const {
  if (!known_) return limit;
  const auto usual = std::max<Nanoseconds>(4 * slowest_, slowest_ + patience_margin);
  return std::min(missed_ ? 4 * usual : usual, limit);
}

Nanoseconds slowest_of(std::span<const AnswerTime> line) {
  Nanoseconds slowest{0};
  for (const auto& time : line) slowest = std::max(slowest, time.slowest());
  return slowest;
}

Nanoseconds probe_patience(const AnswerTime& own, std::span<const AnswerTime> line, Nanoseconds least,
                           Nanoseconds limit) {
  auto learned = own.usual();
  if (!own.known()) {
    const auto slowest = std::max_element(line.begin(), line.end(), [](const auto& a, const auto& b) {
      return std::pair(a.known(), a.usual()) < std::pair(b.known(), b.usual());
    });
    if (slowest == line.end() || !slowest->known()) return limit;
    learned = slowest->usual();
  }
  return std::min(std::max({learned * 3 / 2, learned + probe_margin, least}), limit);
}

}  // namespace inspect::modbus
