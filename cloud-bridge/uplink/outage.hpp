#pragma once

#include "protocol/core/clock.hpp"

#include <optional>
#include <string>

namespace inspect::bridge {

/// Tells of a trouble twice: when it begins and when it ends, with the count of what happened between. An outage of a
/// week is two lines of the journal, not six hundred thousand. Pure.
class Outage {
 public:
  explicit Outage(std::string what) : what_(std::move(what)) {}

  /// The line to log, if the trouble is new.
  std::optional<std::string> failed(BootTime now, const std::string& why);
  /// The line to log, if there was trouble.
  std::optional<std::string> works(BootTime now);
  [[nodiscard]] bool lasts() const { return since_.has_value(); }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  std::string what_;
  std::optional<BootTime> since_;
  std::uint64_t failures_ = 0;
  std::string last_;
};

/// "45 s", "12 min", "3 h 20 min", "6 d 4 h".
std::string spoken(std::chrono::nanoseconds duration);

}  // namespace inspect::bridge
