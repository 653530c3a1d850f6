#include "firmware-agent/detection/limit.hpp"

#include <doctest/doctest.h>
#include <limits>

using namespace inspect;
using namespace inspect::agent;

namespace {

Rule band(std::optional<double> low, std::optional<double> high, double deadband = 0) {
  Rule rule;
  rule.low = low;
  rule.high = high;
  rule.deadband = deadband;
  return rule;
}

}  // namespace

TEST_CASE("a value on its limit is not beyond it") {
  CHECK(limit_sight(band(11.4, 12.6), 11.4) == Sight::healthy);
  CHECK(limit_sight(band(11.4, 12.6), 12.6) == Sight::healthy);
  CHECK(limit_sight(band(11.4, 12.6), 11.399) == Sight::fault);
  CHECK(limit_sight(band(11.4, 12.6), 12.601) == Sight::fault);
}

TEST_CASE("inside the deadband a value is neither broken nor well") {
  CHECK(limit_sight(band(11.4, {}, 0.2), 11.5) == Sight::between);
  CHECK(limit_sight(band(11.4, {}, 0.2), 11.6) == Sight::healthy);
  CHECK(limit_sight(band({}, 10.0, 1), 9.5) == Sight::between);
  CHECK(limit_sight(band({}, 10.0, 1), 9.0) == Sight::healthy);
}

TEST_CASE("only the limit that is given is judged") {
  CHECK(limit_sight(band({}, 10.0), -1e9) == Sight::healthy);
  CHECK(limit_sight(band(-5.0, {}), 1e9) == Sight::healthy);
}

TEST_CASE("what is not a number is neither broken nor well, and infinity is beyond") {
  CHECK(limit_sight(band(0, 10.0), std::numeric_limits<double>::quiet_NaN()) == Sight::between);
  CHECK(limit_sight(band({}, {}), std::numeric_limits<double>::quiet_NaN()) == Sight::between);
  CHECK(limit_sight(band(0, 10.0), std::numeric_limits<double>::infinity()) == Sight::fault);
}
