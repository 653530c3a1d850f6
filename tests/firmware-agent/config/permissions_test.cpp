#include "firmware-agent/config/permissions.hpp"

#include "firmware-agent/config/load.hpp"
#include "tests/firmware-agent/config/site_text.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;

namespace {

Result<Site> site_with(std::string_view from, std::string_view to) {
  return parse_site(with(good_site(), from, to), "site.toml", shipped_profiles());
}

std::vector<std::string> warnings_with(std::string_view from, std::string_view to) {
  const auto read = site_with(from, to);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  std::vector<std::string> out;
  for (const auto& each : read->warnings) out.push_back(each.en);
  return out;
}

}  // namespace

TEST_CASE("without allow nothing may be ordered") {
  const auto read = parse_site(good_site(), "site.toml", shipped_profiles());
  REQUIRE(read.has_value());
  for (const auto& device : read->devices) CHECK(device.allow.empty());
  CHECK(read->exams.empty());
}

TEST_CASE("what is allowed is named word for word and must be an action of the profile") {
  const auto read = site_with("period_ms = 500", "period_ms = 500\nallow = [\"relay.3.on\", \"relay.3.off\"]");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->devices[0].allow == std::vector<std::string>{"relay.3.on", "relay.3.off"});
  for (const std::string wrong : {"relay.7.on", "relay.*.on", "relay.{n}.on", "relay.3", "*"}) {
    says(problem_of(site_with("period_ms = 500", "period_ms = 500\nallow = [\"" + wrong + "\"]")),
         "wb-mr6c has no action \"" + wrong + "\"");
  }
  says(problem_of(site_with("period_ms = 500", "period_ms = 500\nallow = [\"relay.3.onn\"]")),
       "did you mean \"relay.3.on\"");
}

TEST_CASE("who allows an output that nothing lets go of is warned, and told what to use instead") {
  CHECK(warnings_with("period_ms = 500", "period_ms = 500\nallow = [\"relay.3.on\"]").empty());  // poll time-out
  const auto psu = warnings_with("profile = \"xy6020l\"", "profile = \"xy6020l\"\nallow = [\"output.on\"]");
  REQUIRE(psu.size() == 1);
  says(psu[0], "\"psu\" may be switched on, and nothing lets go of it when the agent dies");
  CHECK(warnings_with("profile = \"xy6020l\"", "profile = \"xy6020l\"\nallow = [\"output.off\"]").empty());
}

TEST_CASE("the calendar of exams is read, with its time zone") {
  const auto read =
      site_with("[end]", "[[exam]]\nfrom = \"2026-12-01T08:00:00+08:00\"\nto = \"2026-12-01T12:00:00+08:00\"\n\n[end]");
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  REQUIRE(read->exams.size() == 1);
  CHECK(rfc3339(read->exams[0].from) == "2026-12-01T00:00:00.000Z");
  CHECK(rfc3339(read->exams[0].to) == "2026-12-01T04:00:00.000Z");
}

TEST_CASE("an exam that ends before it begins, and what is no time, are refused") {
  says(problem_of(
           site_with("[end]", "[[exam]]\nfrom = \"2026-12-01T08:00:00Z\"\nto = \"2026-12-01T08:00:00Z\"\n\n[end]")),
       "the exam ends before it begins");
  says(problem_of(site_with("[end]", "[[exam]]\nfrom = \"1.12.2026\"\nto = \"2026-12-01T08:00:00Z\"\n\n[end]")),
       "\"1.12.2026\" is no time; write one like");
  says(problem_of(site_with("[end]", "[[exam]]\nfrom = \"2026-12-01T08:00:00Z\"\n\n[end]")),
       "\"to\" is missing in exam");
}
