#include "firmware-agent/config/draft.hpp"

#include <doctest/doctest.h>

#include "tests/firmware-agent/config/site_text.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

const drivers::Profile& board() {
  for (const auto& each : tests::shipped_profiles()) {
    if (each.model == "wb-mr6c") return each;
  }
  FAIL("the profile is missing");
  return tests::shipped_profiles().front();
}

struct Made {
  std::vector<Rule> rules;
  std::vector<std::string> problems;

  [[nodiscard]] const Rule* find(std::string_view point, std::string_view kind) const {
    for (const auto& rule : rules) {
      if (rule.point == point && rule.kind == kind) return &rule;
    }
    return nullptr;
  }
};

Made make(const DeviceDraft& draft) {
  settings::Problems problems("site.toml");
  Made made;
  made.rules = rules_in_force(draft, board(), problems);
  for (const auto& line : problems.lines()) made.problems.push_back(line.en);
  return made;
}

DeviceDraft disabled(std::string what) {
  DeviceDraft draft;
  draft.disabled.push_back({std::move(what), {7, 3}});
  return draft;
}

OverrideDraft override_of(std::string point) {
  OverrideDraft draft;
  draft.kind = "relay.welded";
  draft.point = std::move(point);
  draft.place = {9, 1};
  return draft;
}

}  // namespace

TEST_CASE("without a word from the site all rules of the profile are in force") {
  const auto made = make({});
  CHECK(made.rules == board().rules);
  CHECK(made.rules.size() == 12);
  CHECK(made.problems.empty());
}

TEST_CASE("a kind is disabled for the whole device, or at one point") {
  const auto kind = make(disabled("relay.no-pull-in"));
  CHECK(kind.rules.size() == 6);
  CHECK(kind.find("relay.1.state", "relay.no-pull-in") == nullptr);
  const auto one = make(disabled("relay.6.state/relay.welded"));
  CHECK(one.rules.size() == 11);
  CHECK(one.find("relay.6.state", "relay.welded") == nullptr);
  CHECK(one.find("relay.6.state", "relay.no-pull-in") != nullptr);
}

TEST_CASE("disabling what is not there is a slip and is told: the rule meant goes on accusing") {
  const auto made = make(disabled("relay.7.state/relay.welded"));
  REQUIRE(made.problems.size() == 1);
  CHECK(
      made.problems[0].starts_with("site.toml:7:3: wb-mr6c has no rule \"relay.7.state/relay.welded\"; its rules are "
                                   "relay.1.state/relay.welded, "));
}

TEST_CASE("an override changes what it says and leaves the rest") {
  DeviceDraft draft;
  draft.overrides.push_back(override_of("relay.2.state"));
  draft.overrides[0].on_delay_ms = 700;
  const auto made = make(draft);
  CHECK(made.problems.empty());
  const auto* changed = made.find("relay.2.state", "relay.welded");
  REQUIRE(changed != nullptr);
  CHECK(changed->on_delay == 700ms);
  CHECK(changed->off_delay == 3000ms);
  CHECK(changed->settle == 500ms);
  CHECK(made.find("relay.1.state", "relay.welded")->on_delay == 0ms);
}

TEST_CASE("an override of a rule that is not there, or is disabled, is told") {
  DeviceDraft draft;
  draft.overrides.push_back(override_of("relay.9.state"));
  CHECK(make(draft).problems.at(0).starts_with("site.toml:9:1: wb-mr6c has no rule \"relay.9.state/relay.welded\" in"));
  auto both = disabled("relay.welded");
  both.overrides.push_back(override_of("relay.2.state"));
  CHECK(make(both).problems.size() == 1);
}

TEST_CASE("an override must leave a rule that makes sense") {
  DeviceDraft draft;
  draft.overrides.push_back(override_of("relay.2.state"));
  draft.overrides[0].low = 5;
  CHECK(make(draft).problems.at(0) == "site.toml:9:1: a limit means nothing in a mismatch rule; remove it");
}
