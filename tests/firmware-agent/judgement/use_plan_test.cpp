#include "firmware-agent/judgement/use_plan.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;

TEST_CASE("an exam counts as many trainings as the relays' work showed, and as one until that is known") {
  Calendar calendar;
  for (int i = 0; i < 40; ++i) calendar.sessions.push_back({100.0 * i, 100.0 * i + 50, i % 2 == 1});
  UsePlan plan(calendar);
  for (std::size_t i = 0; i < 18; ++i) plan.learn(calendar.sessions[i], calendar.sessions[i].exam ? 1000 : 400);
  CHECK(plan.exam_weight() == 1);
  CHECK(plan.use(0, 4000) == 40);
  for (std::size_t i = 18; i < 20; ++i) plan.learn(calendar.sessions[i], calendar.sessions[i].exam ? 1000 : 400);
  CHECK(plan.exam_weight() == doctest::Approx(2.5));
  CHECK(plan.use(2000, 2400) == doctest::Approx(2 + 2 * 2.5));
  // The one that begins at the end belongs to what comes after.
  CHECK(plan.use(2000, 2100) == doctest::Approx(1));
  CHECK(plan.use(5000, 9000) == 0);
}

TEST_CASE("relays that never worked tell nothing of exams") {
  Calendar calendar;
  UsePlan plan(calendar);
  for (int i = 0; i < 40; ++i) plan.learn({0, 1, i % 2 == 1}, 0);
  CHECK(plan.exam_weight() == 1);
}

TEST_CASE("where nobody knows the sessions each hour is one, and those of an exam count as their weight") {
  Calendar calendar;
  calendar.hourly = true;
  calendar.sessions = {{36'000, 43'200, true}};
  UsePlan plan(calendar);
  CHECK(plan.use(0, 86'400) == doctest::Approx(24));
  for (int i = 0; i < 10; ++i) plan.learn({0, 3600, false}, 100), plan.learn({0, 3600, true}, 300);
  CHECK(plan.use(0, 86'400) == doctest::Approx(22 + 2 * 3));
  CHECK(plan.use(39'600, 50'400) == doctest::Approx(2 + 3));
}
