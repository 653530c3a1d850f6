#pragma once

#include <chrono>
#include <deque>

namespace inspect::bridge {

/// Two clients with one identity throw each other out, each at once when it comes back: once a second, for ever, and
/// neither ever carries anything to its end. Whoever was thrown out often within five minutes comes back slowly, until
/// nobody has thrown it out for a quarter of an hour. Pure.
class Feud {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes within{5};
  static constexpr std::chrono::minutes over_after{15};  ///< longer than both sides' waits together

  /// `least`: the shortest wait while it lasts; `begins_with`: how often within five minutes begins it, from 1.
  Feud(std::chrono::milliseconds least, std::size_t begins_with) : least_(least), begins_with_(begins_with) {}

  void thrown_out(Clock::time_point now);
  /// `dice` in [0, 1): spread over `least` to twice that, so that the two do not keep in step; nothing without a feud.
  [[nodiscard]] std::chrono::milliseconds wait(double dice, Clock::time_point now) const;
  [[nodiscard]] bool lasts(Clock::time_point now) const;

 private:
  std::chrono::milliseconds least_;
  std::size_t begins_with_;
  std::deque<Clock::time_point> times_;  ///< at most `begins_with_`, the latest
  bool on_ = false;
};

}  // namespace inspect::bridge
