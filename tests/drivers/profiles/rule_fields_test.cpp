#include "drivers/profiles/rule_fields.hpp"

#include "protocol/settings/document.hpp"
#include "tests/support/spoilt_text.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;

namespace {

const settings::Fields<RuleDraft>& fields() {
  static const settings::Fields<RuleDraft> made{"rule", {"规则", "A rule."}, rule_rows()};
  return made;
}

struct Read {
  RuleDraft draft;
  std::string problems;
};

Read read(std::string_view toml) {
  settings::Problems problems("r.toml");
  Read out;
  const auto node = settings::parse_document(toml, problems);
  REQUIRE(node.has_value());
  fields().read(*node, out.draft, problems);
  check_rule(out.draft, problems);
  if (!problems.empty()) out.problems = problems.error().message;
  return out;
}

void tells(std::string_view toml, std::string_view what) { tests::says(read(toml).problems, what); }

}  // namespace

TEST_CASE("every part of a limit is read") {
  const auto [draft, problems] = read(
      "detector = \"limit\"\nkind = \"rail.low\"\npoint = \"v\"\nlow = 11.4\nhigh = 12.6\ndeadband = 0.1\n"
      "against = \"on\"\nonly_above = 0.5\non_delay_ms = 500\noff_delay_ms = 3000\npart = \"LM2596S\"\n");
  CHECK(problems.empty());
  const auto& rule = draft.rule;
  CHECK(rule.detector == Detector::limit);
  CHECK(rule.kind == "rail.low");
  CHECK(rule.low == 11.4);
  CHECK(rule.high == 12.6);
  CHECK(rule.deadband == 0.1);
  CHECK(rule.only_above == 0.5);
  CHECK(rule.on_delay == 500ms);
  CHECK(rule.off_delay == 3000ms);
  CHECK(rule.part == "LM2596S");
}

TEST_CASE("a mismatch is judged while the command is on, off, or either") {
  const std::string head = "detector = \"mismatch\"\nkind = \"relay.welded\"\npoint = \"s\"\nagainst = \"c\"\n";
  CHECK(read(head + "when = \"off\"\n").draft.rule.when == false);
  CHECK(read(head + "when = \"on\"\n").draft.rule.when == true);
  CHECK_FALSE(read(head).draft.rule.when.has_value());
  CHECK(read(head).problems.empty());
  CHECK_FALSE(read(head + "when = true\n").problems.empty());
}

TEST_CASE("a limit without a limit, or with nothing between, is refused") {
  const std::string head = "detector = \"limit\"\nkind = \"rail.low\"\npoint = \"v\"\n";
  tells(head, "r.toml:1:1: a limit rule needs low or high; add the limit");
  tells(head + "low = 5\nhigh = 5\n", "move them apart");
  tells(head + "low = 5\nhigh = 6\ndeadband = 0.5\n", "move them apart");
  CHECK(read(head + "low = 5\nhigh = 6\ndeadband = 0.4\n").problems.empty());
  tells(head + "low = 5\nonly_above = 1\n", "only_above and against together");
  tells(head + "low = 5\nagainst = \"x\"\n", "only_above and against together");
}

TEST_CASE("a mismatch needs two points, a frozen value a window") {
  tells("detector = \"mismatch\"\nkind = \"relay.welded\"\npoint = \"s\"\n", "needs against; name the point with");
  tells("detector = \"mismatch\"\nkind = \"relay.welded\"\npoint = \"s\"\nagainst = \"s\"\n", "two different points");
  tells("detector = \"frozen\"\nkind = \"value.frozen\"\npoint = \"s\"\nagainst = \"c\"\n", "needs window_ms");
  tells("detector = \"frozen\"\nkind = \"value.frozen\"\npoint = \"s\"\nwindow_ms = 5\n", "needs against");
  CHECK(read("detector = \"frozen\"\nkind = \"value.frozen\"\npoint = \"s\"\nagainst = \"c\"\nwindow_ms = 5\n")
            .problems.empty());
}

TEST_CASE("what means nothing to a detector is refused, not ignored") {
  const std::string limit = "detector = \"limit\"\nkind = \"rail.low\"\npoint = \"v\"\nlow = 1\n";
  tells(limit + "when = \"on\"\n", "when means nothing in a limit rule; remove it");
  tells(limit + "settle_ms = 5\n", "settle_ms means nothing");
  tells(limit + "window_ms = 5\n", "window_ms means nothing");
  const std::string mismatch = "detector = \"mismatch\"\nkind = \"relay.welded\"\npoint = \"s\"\nagainst = \"c\"\n";
  tells(mismatch + "low = 1\n", "a limit means nothing in a mismatch rule");
  tells(mismatch + "only_above = 1\n", "only_above means nothing");
  const std::string frozen =
      "detector = \"frozen\"\nkind = \"value.frozen\"\npoint = \"s\"\nagainst = \"c\"\nwindow_ms = 5\n";
  tells(frozen + "high = 1\n", "a limit means nothing in a frozen rule");
  tells(frozen + "when = \"on\"\n", "when means nothing");
}

TEST_CASE("a kind is spelled like the catalogue's, a delay is at most an hour") {
  for (const auto* bad : {"welded", "Relay.welded", ".welded", "relay.", "relay welded."}) {
    tells(std::string("detector = \"limit\"\nkind = \"") + bad + "\"\npoint = \"v\"\nlow = 1\n", "is no kind of fault");
  }
  tells("detector = \"limit\"\nkind = \"rail.low\"\npoint = \"v\"\nlow = 1\non_delay_ms = 3600001\n", "out of range");
  tells("detector = \"limits\"\nkind = \"rail.low\"\npoint = \"v\"\nlow = 1\n", "did you mean \"limit\"");
}
