#include "drivers/simulator/signal.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace inspect;
using tests::at_ms;

TEST_CASE("a level with noise moves within it, differently for two seeds, and can be repeated") {
  sim::Signal signal;
  signal.set(12, at_ms(0));
  signal.noise = 0.05;
  std::set<double> seen;
  int differ = 0;
  for (int i = 0; i < 100; ++i) {
    const auto now = at_ms(i * std::int64_t{200});
    const auto value = signal.at(now, 1);
    CHECK(std::abs(value - 12) <= 0.05);
    CHECK(value == signal.at(now, 1));
    if (value != signal.at(now, 2)) ++differ;
    seen.insert(value);
  }
  CHECK(seen.size() > 90);
  CHECK(differ > 90);
}

TEST_CASE("a drift changes the level by so much a minute, and a set ends it") {
  sim::Signal signal;
  signal.set(12, at_ms(0));
  signal.drift(-0.6, at_ms(60'000));
  CHECK(signal.at(at_ms(60'000), 1) == doctest::Approx(12));
  CHECK(signal.at(at_ms(90'000), 1) == doctest::Approx(11.7));
  // A second drift begins where the first one came to.
  signal.drift(1, at_ms(120'000));
  CHECK(signal.at(at_ms(120'000), 1) == doctest::Approx(11.4));
  CHECK(signal.at(at_ms(180'000), 1) == doctest::Approx(12.4));
  signal.set(5, at_ms(200'000));
  CHECK(signal.at(at_ms(900'000), 1) == doctest::Approx(5));
}

TEST_CASE("healthy is inside the limits of the profile's own rules") {
  auto profile = tests::meter();
  const auto& voltage = profile.points[0];
  Rule rule;
  rule.point = "output.voltage";
  rule.low = 11.4;
  rule.high = 12.6;
  profile.rules = {rule};
  CHECK(sim::healthy(profile, voltage) == doctest::Approx(12));
  profile.rules[0].low.reset();
  CHECK(sim::healthy(profile, voltage) < 12.6);
  profile.rules[0].high.reset();
  profile.rules[0].low = 11.4;
  CHECK(sim::healthy(profile, voltage) > 11.4);
}

TEST_CASE("healthy is the identity, a warm room, a cleared flag, or the smallest plausible value") {
  auto profile = tests::meter();
  profile.identity = drivers::IdentitySpec{"address", {6, 7}};
  CHECK(sim::healthy(profile, profile.points.back()) == 6);
  auto heat = tests::point("heat", modbus::Table::input_register, 9, drivers::Role::measure);
  heat.unit = "Cel";
  CHECK(sim::healthy(profile, heat) == 25);
  heat.unit = "mA";
  heat.lowest = 4;
  heat.highest = 20;
  CHECK(sim::healthy(profile, heat) == 4);
  auto flag = tests::point("status.alarm", modbus::Table::discrete_input, 1, drivers::Role::state);
  Rule rule;
  rule.point = flag.name;
  rule.high = 0.5;
  profile.rules = {rule};
  CHECK(sim::healthy(profile, flag) == 0);
  profile.rules[0].high.reset();
  profile.rules[0].low = 0.5;
  CHECK(sim::healthy(profile, flag) == 1);
}

TEST_CASE("what is measured breathes by a count; states, settings and counters stand still") {
  const auto profile = tests::meter();
  CHECK(sim::usual_noise(profile.points[0], 12) == doctest::Approx(0.012));
  CHECK(sim::usual_noise(profile.points[0], 1) == doctest::Approx(0.01));
  CHECK(sim::usual_noise(profile.points[3], 100) == 0);
  CHECK(sim::usual_noise(profile.points[4], 0) == 0);
  CHECK(sim::usual_noise(profile.points[6], 1) == 0);
}

TEST_CASE("the time since start goes on by itself") {
  auto uptime = tests::point("uptime", modbus::Table::input_register, 104, drivers::Role::measure);
  uptime.unit = "s";
  CHECK(sim::usual_growth(uptime) == 60);
  CHECK(sim::usual_noise(uptime, 5) == 0);
  CHECK(sim::usual_growth(tests::meter().points[0]) == 0);
}
