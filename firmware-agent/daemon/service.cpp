#include "firmware-agent/daemon/service.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace inspect::agent {

namespace {
constexpr rlim_t most_descriptors = 512;
}

void tell_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }
void tell_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }
void tell_stopping() { sd_notify(0, "STOPPING=1"); }
void feed_watchdog() { sd_notify(0, "WATCHDOG=1"); }

std::chrono::microseconds watchdog_interval() {
  std::uint64_t interval = 0;
  return sd_watchdog_enabled(0, &interval) > 0 ? std::chrono::microseconds(interval) : std::chrono::microseconds(0);
}

void limit_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_cur, most_descriptors);
  setrlimit(RLIMIT_NOFILE, &limit);
}

void keep_memory_small() {
  // A heap of its own for the store's thread would never give back what a busy minute took.
  mallopt(M_ARENA_MAX, 1);
  // Said by us, the thresholds stay as they are; left alone they grow with each large block, and memory stays taken.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024);
}

}  // namespace inspect::agent
