#pragma once

#include "firmware-agent/inspection/leakage_verdict.hpp"
#include "protocol/settings/fields.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::inspection {

/// One leakage test of a plan: what is tested, with which instrument, and by which line of which standard.
struct LeakageTest {
  std::string name;  ///< "bench-3-housing"
  Text title;
  std::string point;  ///< of the instrument: "leakage.current"
  Instrument instrument;
  catalogue::Limit limit;
  catalogue::Bounds bounds;
  std::map<std::string, double> values;  ///< for the instrument's configure commands
};

struct LeakagePlan {
  std::vector<LeakageTest> tests;

  [[nodiscard]] const LeakageTest* find(std::string_view name) const;
};

/// A plan from its text. Limits are looked up in `limits`; one that has no source is refused unless the test says
/// unsourced = true. Every problem at once, a line each: file:line:column: what is wrong; the cure.
Result<LeakagePlan> parse_leakage_plan(std::string_view text, const std::string& file, const catalogue::Limits& limits);
Result<LeakagePlan> load_leakage_plan(const std::string& path, const catalogue::Limits& limits);

/// The verdict on what the instrument answered. Its own verdict never makes ours better: what passes by the numbers and
/// failed by the instrument (whose own limit may be another) is undecidable, and so is a test it did not finish.
Judgement judge(const LeakageTest& test, const usb::TesterAnswer& answer, const Moment& now);

/// What a plan file may hold, for its page of documentation.
std::vector<settings::ObjectDoc> describe_leakage_plan();

}  // namespace inspect::inspection
