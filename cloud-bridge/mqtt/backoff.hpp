#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>

namespace inspect::bridge {

/// How long to wait before trying again: full jitter under a ceiling that doubles, so that thousands of gateways that
/// lost their broker at the same instant come back spread out.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds least, std::chrono::milliseconds most) : least_(least), most_(most) {}

  /// `dice` in [0, 1). The wait lies in [least, ceiling]; the ceiling is 2·least, 4·least, … most.
  std::chrono::milliseconds next(double dice);
  /// A link that lived this long was a good one and starts from the beginning. One that is thrown out at once (another
  /// client with the same identity) keeps backing off.
  void link_lived(std::chrono::milliseconds lifetime);
  [[nodiscard]] unsigned failures() const { return failures_; }

 private:
  std::chrono::milliseconds least_;
  std::chrono::milliseconds most_;
  unsigned failures_ = 0;
};

}  // namespace inspect::bridge
