#include "firmware-agent/judgement/forecast_ledger.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;

namespace {

constexpr double ledger_day = 86400;

Foretold foretold(double made, std::uint16_t point, double probability, bool alert = false) {
  Foretold f;
  f.made = made;
  f.point = point;
  f.fault = Fault::P2;
  f.forecast.probability = probability;
  f.experts.fill(static_cast<float>(probability));
  f.alert = alert;
  f.first = true;
  return f;
}

}  // namespace

TEST_CASE("a forecast is told when it is written, and again with what came of it") {
  ForecastLedger ledger;
  ledger.write(foretold(0, 3, 0.9));
  ledger.write(foretold(0, 4, 0.2));
  ledger.write(foretold(0, 5, 0.7));
  REQUIRE(ledger.news.size() == 3);
  ledger.news.clear();
  ledger.crossed(40 * ledger_day, 3);
  ledger.moot(41 * ledger_day, 5);
  ledger.age(60 * ledger_day);
  CHECK(ledger.open().size() == 1);
  ledger.age(60 * ledger_day + 1);
  REQUIRE(ledger.news.size() == 3);
  CHECK(ledger.news[0].outcome == Outcome::crossed);
  CHECK(ledger.news[0].graded == 40 * ledger_day);
  CHECK(ledger.news[1].outcome == Outcome::moot);
  CHECK(ledger.news[2].outcome == Outcome::held);
  // What nobody can know counts neither way.
  CHECK(ledger.skill(Fault::P2).graded == 2);
  CHECK(ledger.skill(Fault::P2).mixture == doctest::Approx(0.1 * 0.1 + 0.2 * 0.2));
  CHECK(ledger.skill(Fault::P2).alert == doctest::Approx(1));
}

TEST_CASE("a crossing after the horizon does not prove a forecast right") {
  ForecastLedger ledger;
  ledger.write(foretold(0, 3, 0.9));
  ledger.crossed(61 * ledger_day, 3);
  CHECK(ledger.news.back().outcome == Outcome::held);
}

TEST_CASE("a kind that does worse than a plain alert limit is switched off, and returns when it is better again") {
  ForecastLedger ledger;
  double time = 0;
  const auto year = [&](double said, bool alert, bool happens) {
    ledger.write(foretold(time, 3, said, alert));
    time += 61 * ledger_day;
    if (happens) {
      ledger.crossed(time - 10 * ledger_day, 3);
    } else {
      ledger.age(time);
    }
  };
  for (std::uint32_t i = 0; i < ForecastLedger::enough - 1; ++i) year(0.9, false, false);
  CHECK(ledger.trusted(Fault::P2));
  year(0.9, false, false);
  CHECK_FALSE(ledger.trusted(Fault::P2));
  CHECK_FALSE(ledger.trusted_experts(Fault::P2)[0]);
  CHECK(ledger.trusted(Fault::P1));
  for (int i = 0; i < 40; ++i) year(0.9, false, true);
  CHECK(ledger.trusted(Fault::P2));
  CHECK(ledger.trusted_experts(Fault::P2)[0]);
}

TEST_CASE("of more open forecasts than there is room for the further ones are counted") {
  ForecastLedger ledger;
  for (std::size_t i = 0; i < ForecastLedger::most + 3; ++i) ledger.write(foretold(0, 1, 0.5));
  CHECK(ledger.open().size() == ForecastLedger::most);
  CHECK(ledger.dropped == 3);
}
