#include "firmware-agent/judgement/prognosis.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace inspect::judgement;

namespace {
std::vector<Daily> line(int days, double slope) {
  std::vector<Daily> all;
  for (int i = 0; i < days; ++i) {
    const double jitter = 0.05 * (i % 3 - 1);
    all.push_back({static_cast<float>(i), static_cast<float>(i), static_cast<float>(slope * i + jitter)});
  }
  return all;
}
}  // namespace

TEST_CASE("Student's distribution with four degrees of freedom as in the tables") {
  CHECK(student4(0) == doctest::Approx(0.5));
  CHECK(student4(2.132) == doctest::Approx(0.95).epsilon(0.001));
  CHECK(student4(-3.747) == doctest::Approx(0.01).epsilon(0.01));
}

TEST_CASE("a steady growth that needs half the horizon is nearly sure, one that needs ten of it nearly impossible") {
  const auto days = line(40, 0.5);
  const auto near = outlook({days, 30, 0.05, 1}, 60);
  REQUIRE(near.has_value());
  // A third of the way is left, on which the wear may stop.
  CHECK(near->probability > 0.85);
  CHECK(near->probability < 1 - 0.25 * 0.34);
  CHECK(outlook({days, 22, 0.05, 1}, 60)->probability > 0.95);
  CHECK(near->median_days == doctest::Approx(21).epsilon(0.15));
  CHECK(near->earliest_days < near->median_days);
  CHECK(near->latest_days > near->median_days);
  const auto far = outlook({days, 320, 0.05, 1}, 60);
  REQUIRE(far.has_value());
  CHECK(far->probability < 0.05);
}

TEST_CASE("a downward margin is the mirror of an upward one") {
  auto days = line(40, 0.5);
  const auto up = outlook({days, 30, 0.05, 1}, 60);
  for (auto& d : days) d.level = -d.level;
  const auto down = outlook({days, -30, 0.05, 1}, 60);
  CHECK(up->probability == doctest::Approx(down->probability));
}

TEST_CASE("half the use makes it half as fast") {
  const auto days = line(40, 0.5);
  const auto full = outlook({days, 40, 0.05, 1}, 60);
  const auto half = outlook({days, 40, 0.05, 0.5}, 60);
  CHECK(half->median_days == doctest::Approx(2 * full->median_days).epsilon(0.02));
}

TEST_CASE("nothing is foretold from a few days or without a limit") {
  CHECK_FALSE(outlook({line(5, 1), 30, 0.05, 1}, 60).has_value());
  CHECK_FALSE(outlook({line(40, 1), 0, 0.05, 1}, 60).has_value());
}
