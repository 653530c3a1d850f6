#include "firmware-agent/judgement/series.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace inspect::judgement;

namespace {
void push(Series& series, int days, double from, double slope = 0) {
  for (int i = 0; i < days; ++i) {
    const auto at = series.days().empty() ? 0.0F : series.days().back().day + 1;
    // A jitter of +-1 that repeats: no luck in it.
    series.push({at, at, static_cast<float>(from + slope * i + (i % 3 - 1))});
  }
}
}  // namespace

TEST_CASE("the median of many and of none") {
  CHECK(median_of({}) == 0);
  const std::vector<double> four{9, 1, 4, 2};
  CHECK(median_of(four) == 3);
  CHECK(median_of(std::span(four).first(3)) == 4);
}

TEST_CASE("the baseline is learned from two weeks and then frozen") {
  Series s;
  push(s, 12, 100);
  CHECK_FALSE(s.baseline().has_value());
  CHECK(s.learned() == doctest::Approx(12.0 / 13));
  push(s, 1, 100);
  CHECK(s.learned() == 1);
  REQUIRE(s.baseline().has_value());
  CHECK(s.baseline()->level == doctest::Approx(100).epsilon(0.01));
  const auto learned = s.baseline()->level;
  push(s, 60, 100, 2);
  CHECK(s.baseline()->level == learned);
}

TEST_CASE("a set-point that was moved is a step: what was before is dropped and a baseline learned anew") {
  Series s;
  push(s, 30, 100);
  bool stepped = false;
  for (int i = 0; i < 10 && !stepped; ++i) {
    push(s, 1, 140);
    stepped = s.restart_at_step();
  }
  CHECK(stepped);
  CHECK(s.days().size() == 6);
  CHECK_FALSE(s.baseline().has_value());
  push(s, 7, 140);
  CHECK(s.baseline()->level == doctest::Approx(140).epsilon(0.02));
}

TEST_CASE("wear is no step, slow or quick") {
  for (const double slope : {0.5, 3.0, 20.0}) {
    Series s;
    push(s, 20, 100);
    for (int i = 0; i < 60; ++i) {
      push(s, 1, 100 + slope * i);
      CHECK_FALSE(s.restart_at_step());
    }
  }
}

TEST_CASE("the oldest day makes room for the newest") {
  Series s;
  push(s, static_cast<int>(Series::most), 100);
  s.push({1000, 1000, 7});
  CHECK(s.days().size() == Series::most);
  CHECK(s.days().back().level == 7);
  CHECK(s.days().front().day == 1);
  static_assert(sizeof(Series) <= 2048);
}
