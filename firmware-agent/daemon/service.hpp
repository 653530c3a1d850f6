#pragma once

#include <chrono>
#include <string>

namespace inspect::agent {

/// The service manager's side of the process (systemd's notify protocol). All calls do nothing when nobody listens.
void tell_ready(const std::string& status);
void tell_status(const std::string& status);
void tell_stopping();
/// Feeds the watchdog: call only when every part of the program has moved.
void feed_watchdog();

/// systemd's WatchdogSec, 0 when there is none.
std::chrono::microseconds watchdog_interval();

/// libmodbus 3.1.6 aborts the process on a descriptor over 1023, so none may exist: lowers the limit to 512.
void limit_descriptors();

/// Gives memory back to the system as soon as it is free. Before the first thread starts.
void keep_memory_small();

}  // namespace inspect::agent
