#include "drivers/bus/reopening.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;

TEST_CASE("a port is tried again after 0.1 s, then half as often each time, and never less than every 5 s") {
  Reopening reopening;
  BootTime now{1h};
  CHECK(reopening.allowed(now));
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
    reopening.failed(now);
    CHECK_FALSE(reopening.allowed(now + pause - 1ns));
    CHECK(reopening.allowed(now + pause));
    now += pause;
  }
  reopening.succeeded();
  CHECK(reopening.allowed(now));
  reopening.failed(now);
  CHECK(reopening.allowed(now + 100ms));
}
