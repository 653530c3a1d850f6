#include "drivers/bus/clock.hpp"

#include <doctest/doctest.h>
#include <sys/timex.h>

#include <thread>

using namespace inspect;
using namespace inspect::drivers;

TEST_CASE("the boot clock is CLOCK_BOOTTIME and only grows") {
  timespec raw{};
  ::clock_gettime(CLOCK_BOOTTIME, &raw);
  const auto before = BootTime{std::chrono::seconds{raw.tv_sec} + std::chrono::nanoseconds{raw.tv_nsec}};
  auto last = boot_now();
  CHECK(last >= before);
  CHECK(last - before < std::chrono::seconds{5});
  for (int i = 0; i < 1000; ++i) {
    const auto now = boot_now();
    CHECK(now >= last);
    last = now;
  }
}

TEST_CASE("a moment carries both clocks and the kernel's word on them") {
  const auto moment = moment_now();
  const auto wall = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  CHECK(std::chrono::abs(wall - moment.wall) < std::chrono::seconds{5});
  CHECK(boot_now() >= moment.boot);
  timex request{};
  const auto state = ::adjtimex(&request);
  const bool synchronised = state >= 0 && state != TIME_ERROR && (request.status & STA_UNSYNC) == 0;
  CHECK((moment.trust == ClockTrust::ntp) == synchronised);
}
