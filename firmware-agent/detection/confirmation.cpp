#include "firmware-agent/detection/confirmation.hpp"

namespace inspect::agent {

Step Confirmation::see(Sight sight, const Moment& measured_at, BootTime good_until, Delays delays) {
  if (sight == Sight::not_judged) gap();
  if (sight == Sight::not_judged || sight == Sight::nothing_new || measured_at.boot <= last_) return Step::none;
  if (measured_at.boot > last_good_until_) gap();
  last_ = measured_at.boot;
  last_good_until_ = good_until;

  const bool turns = sight == (open_ ? Sight::healthy : Sight::fault);
  if (!turns) {
    gap();
    return Step::none;
  }
  if (!pending_) {
    pending_ = true;
    asked_ = false;
    since_ = measured_at;
    return Step::pending;
  }
  if (measured_at.boot - since_.boot < (open_ ? delays.off : delays.on)) return Step::none;
  pending_ = false;
  open_ = !open_;
  return open_ ? Step::opened : Step::closed;
}

bool Confirmation::wants_reading(BootTime now, Delays delays) {
  const auto delay = open_ ? delays.off : delays.on;
  // Without a delay the reading was asked for when the change became pending.
  if (!pending_ || asked_ || delay == delay.zero() || now - since_.boot < delay) return false;
  asked_ = true;
  return true;
}

}  // namespace inspect::agent
