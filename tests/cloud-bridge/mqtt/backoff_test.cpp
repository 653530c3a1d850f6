#include "cloud-bridge/mqtt/backoff.hpp"

#include <doctest/doctest.h>

#include <random>

using inspect::bridge::Backoff;
using namespace std::chrono_literals;

TEST_CASE("the ceiling of the wait doubles up to its bound") {
  Backoff backoff(1s, 300s);
  const double almost_one = 0.999999;
  CHECK(backoff.next(almost_one) > 1900ms);
  CHECK(backoff.next(almost_one) > 3900ms);
  for (int i = 0; i < 100; ++i) CHECK(backoff.next(almost_one) <= 300s);
  CHECK(backoff.next(almost_one) > 299s);
}

TEST_CASE("no wait is shorter than the least one, whatever the dice show") {
  Backoff backoff(1s, 300s);
  for (const double dice : {0.0, -3.0, 0.0}) CHECK(backoff.next(dice) == 1s);
  CHECK(backoff.next(7.0) <= 300s);
}

TEST_CASE("five thousand gateways that fail together come back spread over the whole span") {
  std::mt19937 random(1);
  std::uniform_real_distribution<> dice(0, 1);
  int early = 0;
  for (int gateway = 0; gateway < 5000; ++gateway) {
    Backoff backoff(1s, 300s);
    for (int i = 0; i < 9; ++i) backoff.next(dice(random));
    if (backoff.next(dice(random)) < 31s) ++early;
  }
  // A tenth of the span holds a tenth of them.
  CHECK(early > 400);
  CHECK(early < 600);
}

TEST_CASE("a link that held begins anew, one that was thrown out at once backs off further") {
  Backoff backoff(1s, 300s);
  for (int i = 0; i < 5; ++i) backoff.next(0);
  backoff.link_lived(1s);
  CHECK(backoff.failures() == 5);
  backoff.link_lived(61s);
  CHECK(backoff.failures() == 0);
}
