#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace inspect::bridge {

/// The service manager's side of the process; all do nothing when it was not started by one.
void tell_ready();
void tell_stopping();
void tell_status(const std::string& line);
void feed_watchdog();
/// How often it wants to be fed, at most; nothing when it does not ask.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace inspect::bridge
