#include "firmware-agent/config/limits.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;

namespace {

drivers::PointSpec volts(std::optional<double> lowest, std::optional<double> highest) {
  drivers::PointSpec point;
  point.name = "output.voltage";
  point.map.scale = 0.01;
  point.lowest = lowest;
  point.highest = highest;
  return point;
}

Rule limit(std::string kind, std::optional<double> low, std::optional<double> high, double deadband = 0) {
  Rule rule;
  rule.kind = std::move(kind);
  rule.low = low;
  rule.high = high;
  rule.deadband = deadband;
  return rule;
}

std::string told(const Rule& rule, const drivers::PointSpec& point) {
  settings::Problems problems("site.toml");
  check_limits(rule, point, {7, 3}, problems);
  return problems.empty() ? "" : problems.error().message;
}

std::string told(const Rule& one, const Rule& other) {
  settings::Problems problems("site.toml");
  check_together(one, other, {7, 3}, problems);
  return problems.empty() ? "" : problems.error().message;
}

}  // namespace

TEST_CASE("limits inside of what a point can read are fine, also at its ends") {
  CHECK(told(limit("rail.low", 11.4, 12.6, 0.1), volts(0.0, 60.0)).empty());
  CHECK(told(limit("rail.low", 0, 60), volts(0.0, 60.0)).empty());
  CHECK(told(limit("rail.low", 1e6, {}), volts(0.0, {})).empty());
}

TEST_CASE("a limit that no reading can reach is told with the range") {
  CHECK(told(limit("rail.high", {}, 70), volts(0.0, 60.0)) ==
        "site.toml:7:3: high 70 is outside of what \"output.voltage\" can read (0 to 60) and judges nothing; move it "
        "inside");
  CHECK(told(limit("rail.low", -1, {}), volts(0.0, {})).find("low -1 is outside") != std::string::npos);
  // The profile gives no range, but an unsigned register has one.
  CHECK(told(limit("rail.low", -1, {}), volts({}, {})).find("(0 to …)") != std::string::npos);
  auto with_sign = volts({}, {});
  with_sign.map.type = modbus::ValueType::s16;
  CHECK(told(limit("rail.low", -1, {}), with_sign).empty());
}

TEST_CASE("a deadband that reaches beyond the readings is told, since the finding would never end") {
  CHECK(told(limit("leakage.high", {}, 30, 31), volts(0.0, {})) ==
        "site.toml:7:3: deadband 31 is too wide: \"output.voltage\" would be well again only at -1, which it cannot "
        "read; make it less");
  CHECK(told(limit("leakage.high", {}, 30, 30), volts(0.0, {})).empty());
  CHECK(told(limit("rail.low", 11.4, {}, 50), volts(0.0, 60.0)).find("only at 61.4") != std::string::npos);
}

TEST_CASE("two rules of a point must leave a value that is well for both, in whatever order they stand") {
  const auto low = limit("rail.low", 12.7, {});
  const auto high = limit("rail.high", {}, 12.6);
  CHECK(told(low, high).find("between low = 12.7 of rail.low and high = 12.6 of rail.high") != std::string::npos);
  CHECK(told(low, high) == told(high, low));
  CHECK(told(limit("rail.low", 11.4, {}, 0.5), limit("rail.high", {}, 12.6, 0.5)).empty());
  CHECK_FALSE(told(limit("rail.low", 11.4, {}, 1), limit("rail.high", {}, 12.6, 0.5)).empty());
  // Two low limits, a warning before a fault, are no contradiction.
  CHECK(told(low, limit("rail.sag", 11.4, {})).empty());
}

TEST_CASE("a limit that is judged only at times, and what is no limit, contradicts nothing") {
  auto low = limit("rail.low", 12.7, {});
  low.against = "output.state";
  low.only_above = 1;
  CHECK(told(low, limit("rail.high", {}, 12.6)).empty());
  auto frozen = limit("rail.frozen", 99, {}, 0);
  frozen.detector = Detector::frozen;
  CHECK(told(frozen, volts(0.0, 60.0)).empty());
}
