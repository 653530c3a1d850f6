#include "cloud-bridge/ticketing/daemon/manager.hpp"

#include "cloud-bridge/ticketing/daemon/service_clock.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace inspect::ticketing {

void tell_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }
void tell_stopping() { sd_notify(0, "STOPPING=1"); }
void feed_watchdog() { sd_notify(0, "WATCHDOG=1"); }

BootTime boot_now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return BootTime{std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)};
}

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace inspect::ticketing
