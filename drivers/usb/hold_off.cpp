#include "drivers/usb/hold_off.hpp"

#include <algorithm>

namespace inspect::drivers {

void HoldOff::hold_until(BootTime until, State state) {
  allowed_at_ = until;
  state_ = state;
}

void HoldOff::arrived(BootTime now) {
  ++arrivals_;
  recent_.push_back(now);
  if (recent_.size() > storm_arrivals) recent_.pop_front();
  if (recent_.size() == storm_arrivals && now - recent_.front() <= storm_window) {
    storm_until_ = now + storm_hold;
    recent_.clear();
  }
  if (storm_until_ && now < *storm_until_) {
    hold_until(*storm_until_, State::storm);
  } else if (state_ == State::held && now < allowed_at_) {
    // Its own reset brought it back, or somebody plugged it anew: a hold stays, for it failed before.
  } else {
    hold_until(now + settling, State::settling);
  }
}

void HoldOff::left(BootTime now) {
  ++departures_;
  // A hold outlives a plug: else a device that re-enumerates would be let in each time.
  if (state_ == State::held && now < allowed_at_) return;
  state_ = State::absent;
  retry_ = shortest_retry;
}

void HoldOff::not_opened(BootTime now) {
  hold_until(now + retry_, State::waiting);
  retry_ = std::min<std::chrono::nanoseconds>(2 * retry_, longest_retry);
}

bool HoldOff::exchanged(std::optional<Errc> failure, BootTime now) {
  if (!failure) {
    failures_ = 0;
    hold_ = shortest_hold;
    return false;
  }
  // An unplugged device is no failure of the device.
  if (*failure == Errc::bus_unavailable || ++failures_ < failures_to_reset) return false;
  failures_ = 0;
  hold_until(now + hold_, State::held);
  hold_ = std::min<std::chrono::nanoseconds>(2 * hold_, longest_hold);
  return true;
}

HoldOff::State HoldOff::state(BootTime now) const {
  if (state_ == State::absent) return state_;
  return now < allowed_at_ ? state_ : State::ready;
}

}  // namespace inspect::drivers
