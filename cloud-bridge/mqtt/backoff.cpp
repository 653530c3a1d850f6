#include "cloud-bridge/mqtt/backoff.hpp"

#include <algorithm>

namespace inspect::bridge {

using std::chrono::milliseconds;

milliseconds Backoff::next(double dice) {
  constexpr unsigned most_doublings = 20;
  failures_ = std::min(failures_ + 1, most_doublings);
  const auto doubled = milliseconds(least_.count() << failures_);
  const auto ceiling = std::clamp(doubled, least_, std::max(least_, most_));
  const auto span = static_cast<double>((ceiling - least_).count());
  return least_ + milliseconds(static_cast<milliseconds::rep>(span * std::clamp(dice, 0.0, 1.0)));
}

void Backoff::link_lived(milliseconds lifetime) {
  if (lifetime >= std::min<milliseconds>(most_, std::chrono::minutes(1))) failures_ = 0;
}

}  // namespace inspect::bridge
