#include "cloud-bridge/mqtt/feud.hpp"

#include <doctest/doctest.h>

using namespace inspect::bridge;
using namespace std::chrono_literals;

namespace {
constexpr Feud::Clock::time_point start{1000h};
}

TEST_CASE("the third time within five minutes begins a feud, and the wait is a minute at least") {
  Feud feud(60s, 3);
  feud.thrown_out(start);
  feud.thrown_out(start + 1s);
  CHECK(feud.wait(0.5, start + 1s) == 0ms);
  feud.thrown_out(start + 2s);
  CHECK(feud.lasts(start + 2s));
  CHECK(feud.wait(0, start + 2s) == 60s);
  CHECK(feud.wait(0.5, start + 2s) == 90s);
  CHECK(feud.wait(1, start + 2s) == 120s);
}

TEST_CASE("somebody thrown out now and then is in no feud") {
  Feud feud(60s, 3);
  for (int i = 0; i < 100; ++i) {
    feud.thrown_out(start + i * 151s);
    CHECK(feud.wait(0, start + i * 151s) == 0ms);
  }
}

TEST_CASE("a feud goes on at its slow pace, which alone would not have begun one") {
  Feud feud(60s, 3);
  auto now = start;
  for (int i = 0; i < 3; ++i) feud.thrown_out(now += 1s);
  for (int i = 0; i < 50; ++i) {
    // Both sides wait two minutes each, the longest there is.
    feud.thrown_out(now += 240s);
    CHECK(feud.wait(0, now) == 60s);
  }
}

TEST_CASE("a feud ends when nobody has thrown it out for a quarter of an hour, and two more do not begin the next") {
  Feud feud(60s, 3);
  auto now = start;
  for (int i = 0; i < 3; ++i) feud.thrown_out(now += 1s);
  CHECK(feud.lasts(now + 15min - 1s));
  CHECK_FALSE(feud.lasts(now + 15min));
  feud.thrown_out(now += 15min);
  CHECK_FALSE(feud.lasts(now));
  feud.thrown_out(now += 1s);
  CHECK_FALSE(feud.lasts(now));
  feud.thrown_out(now += 1s);
  CHECK(feud.lasts(now));
}
