#include "cloud-bridge/uplink/outage.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::bridge;
using namespace std::chrono_literals;

TEST_CASE("an outage of a week is two lines") {
  Outage outage("the broker");
  BootTime now{};
  CHECK_FALSE(outage.works(now));
  const auto first = outage.failed(now, "connection refused");
  REQUIRE(first);
  CHECK(first->find("connection refused") != std::string::npos);
  for (int i = 0; i < 100'000; ++i) CHECK_FALSE(outage.failed(now += 6s, "no route"));
  const auto last = outage.works(now);
  REQUIRE(last);
  CHECK(last->find("6 d 22 h") != std::string::npos);
  CHECK(last->find("100001 failures") != std::string::npos);
  CHECK(last->find("no route") != std::string::npos);
  CHECK_FALSE(outage.works(now));
}

TEST_CASE("durations are said as people say them") {
  CHECK(spoken(0s) == "0 s");
  CHECK(spoken(59s) == "59 s");
  CHECK(spoken(60s) == "1 min");
  CHECK(spoken(3h) == "3 h");
  CHECK(spoken(3h + 20min + 59s) == "3 h 20 min");
  CHECK(spoken(24h) == "1 d");
  CHECK(spoken(148h) == "6 d 4 h");
}
