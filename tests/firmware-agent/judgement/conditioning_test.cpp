#include "firmware-agent/judgement/conditioning.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;

TEST_CASE("a line is learned from its first readings and then frozen") {
  FrozenLine line(100);
  for (int i = 0; i < 99; ++i) line.take(i % 10, 5 - 0.02 * (i % 10));
  CHECK_FALSE(line.known());
  line.take(9, 5 - 0.02 * 9);
  REQUIRE(line.known());
  CHECK(line.slope() == doctest::Approx(-0.02));
  CHECK(line.at(3) == doctest::Approx(4.94));
  for (int i = 0; i < 1000; ++i) line.take(i % 10, 100);
  CHECK(line.at(3) == doctest::Approx(4.94));
}

TEST_CASE("what never varied has no slope") {
  FrozenLine line(10);
  for (int i = 0; i < 10; ++i) line.take(2, 7);
  CHECK(line.slope() == 0);
  CHECK(line.at(100) == 7);
}

TEST_CASE("ripple is held against the swing that input and output make") {
  // dI ~ 5 x (1 - 5/18) = 3.611, and 12 x (1 - 12/18) = 4
  CHECK(ripple_per_swing(36.11, 5, 18) == doctest::Approx(10).epsilon(0.001));
  CHECK(ripple_per_swing(40, 12, 18) == doctest::Approx(10));
  CHECK(ripple_per_swing(40, 12, 13) == 0);
  CHECK(ripple_per_swing(40, 0, 18) == 0);
}
