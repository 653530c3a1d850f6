#pragma once

#include <chrono>
#include <string>

namespace inspect::ticketing {

/// The service manager's side of the process (systemd's notify protocol). All calls do nothing when nobody listens.
void tell_ready(const std::string& status);
void tell_stopping();
/// Call only when every thread of the program has moved.
void feed_watchdog();

}  // namespace inspect::ticketing
