#include "firmware-agent/store/finding_json.hpp"

#include "firmware-agent/store/finding_ledger.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace inspect;
using namespace inspect::agent::storage;
using namespace std::chrono_literals;

namespace {

Finding full_finding() {
  const tests::TestClock clock;
  auto finding = tests::a_finding(tests::small_site("unused"), 3, clock.now());
  finding.fault_class = FaultClass::preventive;
  finding.state = AlarmState::shelved;
  finding.active = false;
  finding.returned = Moment{BootTime{7s + 1ns}, WallTime{123ms}, ClockTrust::floor};
  finding.by = "wang";
  finding.reason = "在等配件 \"waiting\"\n";
  finding.shelved_until = WallTime{99h};
  finding.repeats = 4;
  finding.analysis.what = {"输出 11.1 V", "output 11.1 V"};
  finding.analysis.confidence = 0.1 + 0.2;
  finding.analysis.part = "SRD-05VDC-SL-C";
  finding.analysis.department = "electrical";
  finding.analysis.checks = {{"先看保险丝", "check the fuse"}, {"再看接线", "then the wiring"}};
  finding.analysis.held_back = {"board-1/relay.4.state/relay.welded"};
  return finding;
}

}  // namespace

TEST_CASE("every field of a finding comes back from its document") {
  const auto finding = full_finding();
  const auto back = finding_from_document(finding_document(finding));
  REQUIRE(tests::good(back));
  CHECK(*back == finding);
}

TEST_CASE("a number that JSON cannot hold comes back as no number") {
  auto finding = full_finding();
  finding.analysis.evidence[0].value = std::numeric_limits<double>::quiet_NaN();
  const auto back = finding_from_document(finding_document(finding));
  REQUIRE(tests::good(back));
  CHECK(std::isnan(back->analysis.evidence[0].value));
}

TEST_CASE("a damaged byte in a text does not stop a finding from being written") {
  auto finding = full_finding();
  finding.reason = "\xff\xfe";
  CHECK(tests::good(finding_from_document(finding_document(finding))));
}

TEST_CASE("a document without identity or state is refused, one of an older version takes defaults") {
  CHECK(finding_from_document("{}").error().code == Errc::storage);
  CHECK_FALSE(finding_from_document("").has_value());
  CHECK_FALSE(finding_from_document("{\"id\":\"a/b/c\"}").has_value());
  const auto old = finding_from_document(
      R"({"id":"s/d/p/k/2","class":"major","state":"returned","active":false,"since":{},"changed":{}})");
  REQUIRE(tests::good(old));
  CHECK(old->id.occurrence == 2);
  CHECK(old->changed.trust == ClockTrust::none);
  CHECK(old->analysis.checks.empty());
}

TEST_CASE("after a reboot boot times are carried over by the wall clock, and never look more recent than they are") {
  auto finding = full_finding();
  finding.returned.reset();
  finding.since = {BootTime{100s}, WallTime{1000s}, ClockTrust::ntp};
  finding.changed = {BootTime{160s}, WallTime{1060s}, ClockTrust::ntp};
  const Moment now{BootTime{30s}, WallTime{1600s}, ClockTrust::ntp};
  auto carried = carried_over(finding, now);
  CHECK(carried.since.boot == BootTime{-570s});
  CHECK(carried.changed.boot == BootTime{-510s});
  CHECK(carried.changed.wall == finding.changed.wall);

  // Without a clock to believe: the last change was at the latest when this boot began.
  carried = carried_over(finding, {BootTime{30s}, WallTime{5s}, ClockTrust::none});
  CHECK(carried.changed.boot == BootTime{});
  CHECK(carried.since.boot == BootTime{-60s});
}
