#pragma once

#include "firmware-agent/cli/connection.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace inspect::cli {

/// How long something is watched: the person's `--for`, or until Ctrl-C.
class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// From now on. An empty word is no limit; ExitCode::wrong_use for what is no span.
  static Got<TimeLimit> from(const std::string& word, Clock::time_point now);

  [[nodiscard]] bool over(Clock::time_point now) const { return end_ && now >= *end_; }

 private:
  std::optional<Clock::time_point> end_;
};

}  // namespace inspect::cli
