#include "cloud-bridge/uplink/agent_watch.hpp"

#include <algorithm>

namespace inspect::bridge {

void AgentWatch::answered(const control::Status& status, BootTime now, WallTime wall) {
  const auto moves = [this](const control::ThreadState& thread) { return thread.age < pace_.standstill; };
  if (!std::all_of(status.threads.begin(), status.threads.end(), moves)) return;
  heard_ = now;
  heard_wall_ = wall;
}

std::optional<bool> AgentWatch::watching(BootTime now) const {
  if (heard_) return now - *heard_ < pace_.silent_after;
  if (now - began_ < pace_.silent_after) return std::nullopt;
  return false;
}

void AgentWatch::told(std::optional<bool> what, BootTime now) {
  last_said_ = what;
  told_at_ = now;
}

BootTime AgentWatch::next_tell(BootTime now) const {
  if (!told_at_ || last_said_ != watching(now)) return now;
  auto next = *told_at_ + pace_.tell_every;
  // The moment at which silence becomes news.
  if (last_said_ != false) next = std::min<BootTime>(next, heard_.value_or(began_) + pace_.silent_after);
  return next;
}

}  // namespace inspect::bridge
