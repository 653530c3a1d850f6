#include "firmware-agent/detection/test_faults.hpp"

#include "firmware-agent/detection/watchman.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;

namespace {

/// A site with one test of its plan, as the watchman has it.
struct TestedSite {
  explicit TestedSite(std::vector<Finding> before = {}) {
    site.name = "site";
    watchman = std::make_unique<Watchman>(site, catalogue);
    watchman->add_test("meter", "bench-3-drill");
    watchman->restore(std::move(before), {});
  }
  std::vector<FindingChange> came_to(bool failed, const std::string& numbers,
                                     const std::string& test = "bench-3-drill") {
    now.boot += std::chrono::minutes{1};
    Verdict verdict;
    watchman->notice(TestNotice{test, failed, {"现场，手电钻", "Site, drill"}, {numbers, numbers}}, now, verdict);
    return verdict.changes;
  }

  Site site;
  catalogue::Catalogue catalogue = std::move(*catalogue::load("protocol/catalogue"));
  std::unique_ptr<Watchman> watchman;
  Moment now{BootTime{std::chrono::hours{1}}, parse_rfc3339("2026-11-24T08:00:00Z").value(), ClockTrust::ntp};
};

}  // namespace

TEST_CASE("a failed test is one finding with what was tested, the numbers and what to do") {
  TestedSite tested;
  const auto changes = tested.came_to(true, "fail: 1.2 ± 0.03 mA : ≤ 0.75 mA");
  REQUIRE(changes.size() == 1);
  const auto& finding = changes.front().finding;
  CHECK(to_string(finding.id) == "site/meter/test.bench-3-drill/leakage.test-failed/1");
  CHECK(finding.fault_class == FaultClass::major);
  CHECK(finding.analysis.what.en.find("1.2 ± 0.03 mA") != std::string::npos);
  CHECK(finding.analysis.where.en == "Site, drill");
  CHECK_FALSE(finding.analysis.checks.empty());
  CHECK(finding.active);
}

TEST_CASE("a test that fails again is the same finding with the new numbers, and passing it ends it") {
  TestedSite tested;
  tested.came_to(true, "1.2 mA");
  const auto again = tested.came_to(true, "1.4 mA");
  REQUIRE(tested.watchman->open().size() == 1);
  CHECK(tested.watchman->open().front().analysis.what.en == "1.4 mA");
  for (const auto& change : again) CHECK(change.finding.id.occurrence == 1);
  const auto passed = tested.came_to(false, "0.2 mA");
  REQUIRE(passed.size() == 1);
  CHECK_FALSE(passed.front().finding.active);
  CHECK(tested.came_to(false, "0.2 mA").empty());
}

TEST_CASE("a finding of a test goes on after a restart, and is ended by the test that passes then") {
  TestedSite before;
  before.came_to(true, "1.2 mA");
  TestedSite after(before.watchman->open());
  REQUIRE(after.watchman->open().size() == 1);
  const auto passed = after.came_to(false, "0.2 mA");
  REQUIRE(passed.size() == 1);
  CHECK_FALSE(passed.front().finding.active);
}

TEST_CASE("a test that the plan does not have is told nobody") {
  TestedSite tested;
  CHECK(tested.came_to(true, "1.2 mA", "bench-9").empty());
}
