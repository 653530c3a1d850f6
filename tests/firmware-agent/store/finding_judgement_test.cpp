// What judgement learned, in findings.db.
#include "firmware-agent/store/finding_ledger.hpp"
#include "firmware-agent/store/schema.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::storage;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

control::ForecastRow ripple_forecast(WallTime made, std::string outcome = "open") {
  control::ForecastRow row{"psu-5v",
                           "output.ripple",
                           "rail.capacitor-ageing",
                           made,
                           0.93,
                           made + 720h,
                           made + 600h,
                           made + 960h,
                           true,
                           std::move(outcome),
                           {}};
  if (row.outcome != "open") row.graded = made + 700h;
  return row;
}

}  // namespace

TEST_CASE("what judgement learned is there after a restart, each piece in the place of its predecessor") {
  TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto options = test_options(clock);
  Reserve reserve{site.store.directory, 0};
  const auto open = [&] {
    auto ledger = std::make_unique<FindingLedger>(site, options, reserve, [](const std::string&) {});
    REQUIRE(good(ledger->open()));
    return ledger;
  };
  const std::string bytes("\x00\x01\xff\x00", 4);
  const auto made = clock.now().wall;
  auto ledger = open();
  REQUIRE(good(ledger->keep({{{"trend/a/b", "old"}, {"site", bytes}}, {ripple_forecast(made)}, {}})));
  REQUIRE(good(ledger->keep({{{"trend/a/b", bytes}},
                             {ripple_forecast(made, "crossed"), ripple_forecast(made + 24h)},
                             {{made, "psu-5v", "", "LM2596S", "zhang", "replaced"}}})));
  ledger.reset();
  ledger = open();
  const auto pieces = ledger->judgement().value();
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].name == "site");
  CHECK(pieces[0].bytes == bytes);
  CHECK(pieces[1].bytes == bytes);
  // Newest first; a grade does not make a second row of it.
  CHECK(ledger->forecasts(10).value() == std::vector{ripple_forecast(made + 24h), ripple_forecast(made, "crossed")});
  CHECK(ledger->forecasts(1).value().size() == 1);
  const auto parts = ledger->parts("psu-5v", 10).value();
  REQUIRE(parts.size() == 1);
  CHECK(parts[0] == control::PartRow{made, "psu-5v", "", "LM2596S", "zhang", "replaced"});
  CHECK(ledger->parts("other", 10).value().empty());
}

TEST_CASE("a gateway's findings from before judgement was kept go over whole") {
  TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto options = test_options(clock);
  {
    const auto before = findings_migrations().first(2);
    auto old =
        open_database({site.store.directory + "/findings.db", findings_application_id, before}, clock.now().wall);
    REQUIRE(good(old));
    old->connection->exec("INSERT INTO occurrences VALUES('" + site.name +
                          "', 'relay-1', 'relay.3.state', 'relay.welded', 7)");
  }
  Reserve reserve{site.store.directory, 0};
  FindingLedger ledger(site, options, reserve, [](const std::string&) {});
  REQUIRE(good(ledger.open(true)));
  const auto occurrences = ledger.last_occurrences().value();
  REQUIRE(occurrences.size() == 1);
  CHECK(occurrences[0].occurrence == 7);
  CHECK(ledger.judgement().value().empty());
  CHECK(good(ledger.keep({{{"site", "x"}}, {}, {}})));
}

TEST_CASE("forecasts do not grow for ever: the oldest go") {
  TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  const auto options = test_options(clock);
  Reserve reserve{site.store.directory, 0};
  FindingLedger ledger(site, options, reserve, [](const std::string&) {});
  REQUIRE(good(ledger.open()));
  JudgementNews many;
  for (std::size_t i = 0; i < most_kept_forecasts + 5; ++i) {
    many.forecasts.push_back(ripple_forecast(clock.now().wall + std::chrono::hours{24 * i}));
  }
  REQUIRE(good(ledger.keep(many)));
  const auto rows = ledger.forecasts(2 * most_kept_forecasts).value();
  CHECK(rows.size() == most_kept_forecasts);
  CHECK(rows.front() == many.forecasts.back());
}
