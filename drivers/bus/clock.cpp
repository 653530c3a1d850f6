#include "drivers/bus/clock.hpp"

#include <sys/timex.h>
#include <unistd.h>

#include <ctime>

namespace inspect::drivers {
namespace {

/// No clock that shows a day before this program was written can be right.
constexpr WallTime written = std::chrono::sys_days{std::chrono::year{2026} / 11 / 1};
/// The kernel's word does not change from one poll to the next, and asking it costs a system call.
constexpr std::chrono::seconds ask_again_after{10};

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

bool synchronised() {
  timex request{};  // modes 0: only asks
  const auto state = ::adjtimex(&request);
  return state >= 0 && state != TIME_ERROR && (request.status & STA_UNSYNC) == 0;
}

bool has_hardware_clock() {
  static const bool there = ::access("/sys/class/rtc/rtc0", F_OK) == 0;
  return there;
}

ClockTrust trust_in(WallTime wall) {
  if (synchronised()) return ClockTrust::ntp;
  if (wall < written) return ClockTrust::none;
  return has_hardware_clock() ? ClockTrust::rtc : ClockTrust::floor;
}

}  // namespace

BootTime boot_now() { return BootTime{read_clock(CLOCK_BOOTTIME)}; }

Moment moment_now() {
  struct Known {
    BootTime at{};
    WallTime wall{};
    ClockTrust trust = ClockTrust::none;
  };
  thread_local Known known;
  const auto boot = boot_now();
  const auto wall = WallTime{std::chrono::floor<std::chrono::milliseconds>(read_clock(CLOCK_REALTIME))};
  // A clock that was set meanwhile is asked about at once.
  const auto drift = (wall - known.wall) - std::chrono::floor<std::chrono::milliseconds>(boot - known.at);
  if (known.at == BootTime{} || boot - known.at > ask_again_after ||
      std::chrono::abs(drift) > std::chrono::seconds{1}) {
    known = {boot, wall, trust_in(wall)};
  }
  return {boot, wall, known.trust};
}

}  // namespace inspect::drivers
