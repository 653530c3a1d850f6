#include "firmware-agent/detection/claim_wording.hpp"

#include "tests/firmware-agent/detection/judged_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;

TEST_CASE("seconds since 1970 become an instant, to the millisecond") {
  CHECK(rfc3339(wall_of(1767225600)) == "2026-01-01T00:00:00.000Z");
  CHECK(rfc3339(wall_of(1767225600.25)) == "2026-01-01T00:00:00.250Z");
}

TEST_CASE("a fault that is there is told in the catalogue's words, with the day it began, in both languages") {
  const auto& kind = *world::shipped_catalogue().kind("relay.chatter");
  judgement::Claim claim;
  claim.time = 1767225600;
  const auto text = say_claim(kind, claim);
  CHECK(text.zh.find(kind.mode.zh) == 0);
  CHECK(text.en.find(kind.mode.en) == 0);
  CHECK(text.zh.find("2026-01-01") != std::string::npos);
  CHECK(text.en.find("2026-01-01") != std::string::npos);
}

TEST_CASE("a claim of a point that is not judged by wear has no made-up numbers beside it") {
  const auto site = world::judged_site();
  const auto& kind = *world::shipped_catalogue().kind("rail.dead");
  judgement::Claim claim;
  claim.fault = judgement::Fault::P6;
  const auto seen = observe_claim({site, PointIndex{0}, kind, claim, nullptr});
  CHECK(seen.evidence.empty());
  CHECK(seen.what == say_claim(kind, claim));
}
