#include "firmware-agent/judgement/aggregate.hpp"

#include <doctest/doctest.h>

using inspect::judgement::Aggregate;

TEST_CASE("the median of a session is that of its readings, odd or even, and nothing of none") {
  Aggregate a;
  CHECK(a.median() == 0);
  for (const double x : {5.0, 1.0, 3.0}) a.take(x);
  CHECK(a.median() == 3);
  a.take(4);
  CHECK(a.median() == 3.5);
  CHECK(a.count() == 4);
  a.clear();
  CHECK(a.count() == 0);
  CHECK(a.median() == 0);
}

TEST_CASE("a wild reading does not move a session") {
  Aggregate a;
  for (int i = 0; i < 21; ++i) a.take(40 + i % 3);
  const double before = a.median();
  a.take(1e6);
  a.take(-1e6);
  CHECK(a.median() == before);
}

TEST_CASE("a session of any length keeps readings from all of it in the room of 64") {
  Aggregate a;
  constexpr int many = 10'000;
  for (int i = 0; i < many; ++i) a.take(i);
  CHECK(a.count() == many);
  CHECK(a.median() == doctest::Approx(many / 2).epsilon(0.05));
  static_assert(sizeof(Aggregate) <= 272);
}
