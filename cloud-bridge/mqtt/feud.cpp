#include "cloud-bridge/mqtt/feud.hpp"

#include <algorithm>

namespace inspect::bridge {

using std::chrono::milliseconds;

void Feud::thrown_out(Clock::time_point now) {
  on_ = lasts(now);
  times_.push_back(now);
  if (times_.size() > begins_with_) times_.pop_front();
  if (times_.size() == begins_with_ && now - times_.front() <= within) on_ = true;
}

bool Feud::lasts(Clock::time_point now) const { return on_ && now - times_.back() < over_after; }

milliseconds Feud::wait(double dice, Clock::time_point now) const {
  if (!lasts(now)) return milliseconds(0);
  const auto more = static_cast<double>(least_.count()) * std::clamp(dice, 0.0, 1.0);
  return least_ + milliseconds(static_cast<milliseconds::rep>(more));
}

}  // namespace inspect::bridge
