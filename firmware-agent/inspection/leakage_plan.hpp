#pragma once

#include "firmware-agent/inspection/leakage_verdict.hpp"
#include "protocol/settings/fields.hpp"

#include <chrono>
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
  bool by_hand = false;                  ///< somebody starts it at the instrument: it is waited for and read
};

/// A test with an instrument that is known by its contacts alone: started by a relay, its pass and fail read by inputs.
/// Its limit is set at its panel.
struct ContactTest {
  std::string name;
  Text title;
  std::string start;                           ///< an output, "device/relay.2"
  std::string pass;                            ///< an input, "device/point"
  std::string fail;                            ///< likewise
  std::chrono::milliseconds pulse{500};        ///< the start relay is on for so long
  std::chrono::milliseconds longest{120'000};  ///< neither pass nor fail by then is no verdict
};

struct LeakagePlan {
  std::vector<LeakageTest> tests;
  std::vector<ContactTest> contact_tests;

  [[nodiscard]] const LeakageTest* find(std::string_view name) const;
  [[nodiscard]] const ContactTest* find_contact(std::string_view name) const;
};

/// A plan from its text. Limits are looked up in `limits`; one that has no source is refused unless the test says
/// unsourced = true. Every problem at once, a line each: file:line:column: what is wrong; the cure.
Result<LeakagePlan> parse_leakage_plan(std::string_view text, const std::string& file, const catalogue::Limits& limits);
/// The same in both languages; nothing, and what is wrong in `problems`.
std::optional<LeakagePlan> parse_leakage_plan(std::string_view text, const catalogue::Limits& limits,
                                              settings::Problems& problems);
Result<LeakagePlan> load_leakage_plan(const std::string& path, const catalogue::Limits& limits);

/// The verdict on what the instrument answered. Its own verdict never makes ours better: what passes by the numbers and
/// failed by the instrument (whose own limit may be another) is undecidable, and so is a test it did not finish.
Judgement judge(const LeakageTest& test, const usb::TesterAnswer& answer, const Moment& now);

/// What a plan file may hold, for its page of documentation.
std::vector<settings::ObjectDoc> describe_leakage_plan();

}  // namespace inspect::inspection
