#pragma once

#include "protocol/core/clock.hpp"

#include <algorithm>
#include <optional>

namespace inspect::drivers {

/// When a port that could not be opened may be tried again: 0.1 s, doubling to 5 s. Pure.
class Reopening {
 public:
  [[nodiscard]] bool allowed(BootTime now) const { return now >= next_; }
  void failed(BootTime now) {
    next_ = now + pause_;
    pause_ = std::min(pause_ * 2, longest);
  }
  void succeeded() {
    pause_ = shortest;
    next_ = {};
  }

 private:
  static constexpr std::chrono::nanoseconds shortest = std::chrono::milliseconds{100};
  static constexpr std::chrono::nanoseconds longest = std::chrono::seconds{5};
  std::chrono::nanoseconds pause_ = shortest;
  BootTime next_{};
};

}  // namespace inspect::drivers
