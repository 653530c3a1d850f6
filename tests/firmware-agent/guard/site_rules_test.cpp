#include "firmware-agent/guard/site_rules.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::guard;

TEST_CASE("a site's permissions are those of each device by its own name, and its exams are the guard's") {
  agent::Site site;
  site.devices.resize(2);
  site.devices[0].name = "relay-1";
  site.devices[0].allow = {"relay.1.on", "relay.1.off"};
  site.devices[1].name = "relay-2";
  const auto begin = parse_rfc3339("2026-12-01T08:00:00+08:00").value();
  site.exams = {{begin, begin + std::chrono::hours{4}}};
  const auto rules = rules_of(site);
  CHECK(rules.allowed == std::vector<drivers::WriteOrder>{{"relay-1", "relay.1.on"}, {"relay-1", "relay.1.off"}});
  CHECK(rules.exams == std::vector<ExamWindow>{{begin, begin + std::chrono::hours{4}}});

  Guard watchful(rules);
  const Moment before{BootTime{}, begin - std::chrono::hours{1}, ClockTrust::ntp};
  const Moment during{BootTime{}, begin + std::chrono::hours{1}, ClockTrust::ntp};
  CHECK(watchful.permit({"relay-1", "relay.1.on"}, Identity::proven, before).has_value());
  CHECK(watchful.permit({"relay-2", "relay.1.on"}, Identity::proven, before).error().reason ==
        RefusalReason::not_configured);
  CHECK(watchful.permit({"relay-1", "relay.1.on"}, Identity::proven, during).error().reason ==
        RefusalReason::exam_calendar);
}

TEST_CASE("a site that says nothing of writing allows nothing") {
  const auto rules = rules_of({});
  CHECK(rules.allowed.empty());
  CHECK(rules.exams.empty());
}
