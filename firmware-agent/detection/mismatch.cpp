#include "firmware-agent/detection/mismatch.hpp"

namespace inspect::agent {

void Mismatch::command(const Reading& reading) {
  const bool on = is_on(reading.value);
  if (commanded_ == on) return;
  commanded_ = on;
  changed_at_ = reading.measured_at.boot;
}

Sight Mismatch::judge(const Rule& rule, const Reading& command, const Reading& feedback, BootTime now) const {
  if (!commanded_ || command.quality != Quality::good || feedback.quality != Quality::good) return Sight::not_judged;
  if (now > command.good_until || now > feedback.good_until) return Sight::not_judged;
  if (rule.when && *commanded_ != *rule.when) return Sight::not_judged;
  if (feedback.measured_at.boot < changed_at_ + rule.settle) return Sight::not_judged;
  if (command.measured_at.boot < feedback.measured_at.boot) return Sight::nothing_new;
  return is_on(feedback.value) == *commanded_ ? Sight::healthy : Sight::fault;
}

}  // namespace inspect::agent
