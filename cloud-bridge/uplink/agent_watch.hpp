#pragma once

#include "protocol/control/rows.hpp"
#include "protocol/core/clock.hpp"

#include <chrono>
#include <optional>

namespace inspect::bridge {

/// How the centre is kept informed of the gateway. The centre calls a gateway silent after three minutes, so
/// `tell_every` may fail twice.
struct StatePace {
  std::chrono::milliseconds ask_every{10'000};
  std::chrono::milliseconds answer_limit{10'000};  ///< a stopped agent takes the question and never answers
  std::chrono::milliseconds silent_after{30'000};
  std::chrono::milliseconds tell_every{60'000};
  std::chrono::milliseconds standstill{30'000};  ///< a thread of the agent that is older does not move
};

/// Judges from the agent's answers whether anybody watches the site, and when the centre has to hear of it. Pure.
class AgentWatch {
 public:
  AgentWatch(StatePace pace, BootTime now) : pace_(pace), began_(now) {}

  /// The agent answered. An answer counts only while all its threads move: one that polls no more watches nothing.
  void answered(const control::Status& status, BootTime now, WallTime wall);
  /// Nothing: not known yet, the first `silent_after` of the bridge's life.
  [[nodiscard]] std::optional<bool> watching(BootTime now) const;
  /// The last answer that counted.
  [[nodiscard]] std::optional<WallTime> heard_at() const { return heard_wall_; }

  /// The centre took a state that said `what`.
  void told(std::optional<bool> what, BootTime now);
  /// When to tell next: at once after a change, else `tell_every` after the last.
  [[nodiscard]] BootTime next_tell(BootTime now) const;

 private:
  StatePace pace_;
  BootTime began_;
  std::optional<BootTime> heard_;
  std::optional<WallTime> heard_wall_;
  std::optional<bool> last_said_;
  std::optional<BootTime> told_at_;
};

}  // namespace inspect::bridge
