#include "protocol/core/clock.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;

namespace {
constexpr WallTime some_day = WallTime{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)};
}

TEST_CASE("a wall time is written in UTC with milliseconds and read back") {
  const auto time = some_day + 8h + 5min + 9s + 7ms;
  CHECK(rfc3339(time) == "2026-11-24T08:05:09.007Z");
  CHECK(parse_rfc3339("2026-11-24T08:05:09.007Z") == time);
}

TEST_CASE("an offset is taken off and fractions finer than a millisecond are cut") {
  CHECK(parse_rfc3339("2026-11-24T16:00:00.123999+08:00") == some_day + 8h + 123ms);
  CHECK(parse_rfc3339("2026-11-24T00:00:00-01:30") == some_day + 90min);
}

TEST_CASE("what is not a time is refused") {
  for (const auto* text :
       {"", "2026-11-24", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T00:00:00",
        "2026-11-24T00:00:00.Z", "2026-11-24T00:00:00Zx", "+026-11-24T00:00:00Z", "2026-11-24T00:61:00Z",
        "2026-11-24 00:00:00Z", "2026-11-24T00:00:00+25:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("dates before 1970 survive, as a gateway without a clock makes them") {
  const auto time = WallTime{-1ms};
  CHECK(rfc3339(time) == "1969-12-31T23:59:59.999Z");
  CHECK(parse_rfc3339(rfc3339(time)) == time);
}

TEST_CASE("trust has a name and comes back from it") {
  for (const auto trust : {ClockTrust::none, ClockTrust::floor, ClockTrust::rtc, ClockTrust::ntp}) {
    CHECK(clock_trust_from(name(trust)) == trust);
  }
  CHECK_FALSE(clock_trust_from("gps").has_value());
}
