#include "firmware-agent/judgement/trend_rules.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

constexpr double day = 86400;

/// Two sessions a day of one quantity.
struct Trend {
  Site site;
  Calendar calendar;
  UsePlan plan{calendar};
  TrendRules rules;
  ClaimBook book;
  ForecastLedger ledger;
  int days = 0;

  Trend(const char* component, Role role) : rules(site.plant, site.point(component, role), *trend_of(role), 0) {}

  void live(double level) {
    const double jitter = 0.005 * level * (days % 3 - 1);
    for (const double hour : {9.0, 15.0}) {
      for (int i = 0; i < 12; ++i) rules.take(level + jitter);
      REQUIRE(rules.spoke());
      rules.session_over(days * day + hour * 3600, rules.session_median(), days, book);
    }
    rules.day_over(++days * day, plan, book, ledger);
  }
  std::string verdict() { return told(book, site.plant); }
};

}  // namespace

TEST_CASE("what wears has a kind, what does not has none") {
  CHECK(trend_of(Role::zero)->fault == Fault::T1);
  CHECK(trend_of(Role::contact_resistance)->logarithmic);
  CHECK_FALSE(trend_of(Role::feedback).has_value());
}

TEST_CASE("a session past the limit is a fact; the reading past the limit within it is not") {
  Trend t("k1", Role::operate_time);
  for (int i = 0; i < 20; ++i) t.live(6.5);
  for (int i = 0; i < 30; ++i) t.rules.take(i < 5 ? 14 : 6.5);
  t.rules.session_over(20.5 * day, t.rules.session_median(), 20, t.book);
  CHECK(t.verdict().empty());
  t.live(10.4);
  REQUIRE(t.verdict() == "R5 k1");
  CHECK_FALSE(t.book.told.front().forecast.has_value());
}

TEST_CASE("a steady growth is foretold long before the limit, with a date, and then told as a fact once") {
  Trend t("m1", Role::output_ripple);
  for (int i = 0; i < 30; ++i) t.live(30);
  double first_sure = 0;
  for (int i = 0; i < 100 && t.book.told.size() < 1000; ++i) {
    const double level = 30 + 0.5 * i;
    t.live(level);
    const auto& told = t.book.told;
    if (first_sure == 0 && !told.empty() && told.back().forecast && told.back().forecast->probability >= 0.9) {
      first_sure = level;
      // The limit of 60 is reached at day 90.
      CHECK(told.back().forecast->crossing / day == doctest::Approx(90).epsilon(0.15));
      CHECK(told.back().forecast->earliest <= told.back().forecast->crossing);
    }
    if (level > 62) break;
  }
  CHECK(first_sure > 30);
  CHECK(first_sure < 55);
  CHECK_FALSE(t.book.told.back().forecast.has_value());
}

TEST_CASE("what stands still is never foretold, and neither is a step that somebody made") {
  Trend t("t", Role::check_ratio);
  for (int i = 0; i < 60; ++i) t.live(1.0);
  for (int i = 0; i < 60; ++i) t.live(1.012);
  for (const auto& claim : t.book.told) {
    if (claim.forecast) CHECK(claim.forecast->probability < 0.5);
  }
}

TEST_CASE("a new part begins anew") {
  Trend t("m1", Role::output_ripple);
  for (int i = 0; i < 20; ++i) t.live(30);
  CHECK(t.rules.usual() == doctest::Approx(30).epsilon(0.02));
  t.rules.restart();
  CHECK(t.rules.usual() == 0);
  for (int i = 0; i < 20; ++i) t.live(38);
  CHECK(t.verdict().empty());
  CHECK(t.rules.usual() == doctest::Approx(38).epsilon(0.02));
}
