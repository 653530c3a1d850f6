#include "firmware-agent/inspection/leakage_plan.hpp"
#include "tests/support/spoilt_text.hpp"

#include "protocol/settings/docs.hpp"
#include "tests/protocol/settings/golden.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace inspect;
using namespace inspect::inspection;
using inspect::tests::with;
using usb::NumberKind;
using usb::TesterAnswer;
using usb::TesterVerdict;

namespace {

const catalogue::Limits& limits() {
  static const auto read = catalogue::Limits::load("protocol/catalogue/limits.toml").value();
  return read;
}

/// The example that is shipped, so that it is right too.
std::string example() {
  std::ifstream file("examples/leakage-plan.toml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

LeakagePlan plan() {
  auto read = parse_leakage_plan(example(), "plan.toml", limits());
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  return std::move(*read);
}

void tells(std::string_view from, std::string_view to, std::string_view what) {
  tests::says(tests::problem_of(parse_leakage_plan(with(example(), from, to), "plan.toml", limits())), what);
}

Moment on(const char* day) {
  return {BootTime{}, parse_rfc3339(std::string(day) + "T12:00:00Z").value(), ClockTrust::ntp};
}

TesterAnswer answer(double milliamps, TesterVerdict verdict = TesterVerdict::pass) {
  return {verdict, {{"leakage.current", {NumberKind::value, milliamps / 1000, "A"}}}};
}

Verdict verdict(const TesterAnswer& said, const char* day = "2026-11-24") {
  return judge(*plan().find("bench-3-drill"), said, on(day)).verdict;
}

}  // namespace

TEST_CASE("a plan selects limits by their names, for the rating of what is tested") {
  const auto read = plan();
  REQUIRE(read.tests.size() == 2);
  CHECK(read.find("bench-3-drill")->bounds.high == 0.75);
  CHECK(read.find("bench-3-drill")->limit.edition == "2005");
  CHECK(read.find("bench-5-heater")->bounds.high == 1.5);
  CHECK(read.find("bench-5-heater")->instrument.of_reading == 0.02);
  CHECK(read.find("no-such") == nullptr);
}

TEST_CASE("values for the instrument are those the plan names, and no others") {
  const auto read =
      parse_leakage_plan(with(example(), "rated = 2", "rated = 2\nupper = 1.5\ntime = 60"), "plan.toml", limits());
  REQUIRE(read.has_value());
  CHECK(read->find("bench-5-heater")->values == std::map<std::string, double>{{"upper", 1.5}, {"time", 60}});
  CHECK(read->find("bench-3-drill")->values.empty());
}

TEST_CASE("a bad plan is told with place and cure") {
  tells("gb4706-1.class-1.portable", "gb4706-1.class-1.portabel",
        "plan.toml:20:9: there is no limit \"gb4706-1.class-1.portabel\", did you mean \"gb4706-1.class-1.portable\"; "
        "see");
  tells("gb4706-1.class-1.portable", "iec61010-1.normal.rms", "nobody has seen the limit");
  tells("rated = 2 # kW", "", "the limit \"gb4706-1.class-1.heating\" needs a rating in kW; write rated");
  tells("rated = 2 # kW", "rated = 0", "needs a rating in kW");
  tells("unit = \"mA\"", "unit = \"A\"", "the limit is in mA, the instrument's numbers in A");
  tells("calibrated_until = \"2027-05-01\"", "calibrated_until = \"1.5.2027\"",
        "is no date; write one like \"2027-05-01\"");
  tells("calibrated_until = \"2027-05-01\"", "calibrated_until = \"2027-02-30\"", "is no date");
  tells("calibrated_until = \"2027-05-01\"", "", "\"calibrated_until\" is missing");
  tells("of_reading = 0.02 # 2 %", "", "\"of_reading\" is missing");
  tells("of_reading = 0.02", "of_reading = 2", "plan.toml:10:14:");
  tells("device = \"tester-1\"\nlimit = \"gb4706-1.class-1.portable\"",
        "device = \"tester-2\"\nlimit = \"gb4706-1.class-2\"",
        "there is no instrument \"tester-2\", did you mean \"tester-1\"");
  tells("name = \"bench-5-heater\"", "name = \"bench-3-drill\"", "\"bench-3-drill\" is there twice");
  tells("[end]\nfile = \"leakage-plan\"\n", "", "end");
  CHECK_FALSE(load_leakage_plan("no/such/file", limits()).has_value());
  CHECK(load_leakage_plan("examples/leakage-plan.toml", limits()).has_value());
}

TEST_CASE("an unsourced limit is used when the plan says so") {
  const auto text = with(example(), "\"gb4706-1.class-1.portable\"", "\"iec61010-1.normal.rms\"\nunsourced = true");
  const auto read = parse_leakage_plan(text, "plan.toml", limits());
  REQUIRE(read.has_value());
  CHECK(read->find("bench-3-drill")->bounds.high == 0.5);
  CHECK_FALSE(read->find("bench-3-drill")->limit.sourced());
}

TEST_CASE("a calibration is good to the end of its last day") {
  CHECK(verdict(answer(0.1), "2027-05-01") == Verdict::pass);
  CHECK(verdict(answer(0.1), "2027-05-02") == Verdict::undecidable);
}

TEST_CASE("the numbers judge; the instrument's own verdict never makes it better") {
  CHECK(verdict(answer(0.1)) == Verdict::pass);
  CHECK(verdict(answer(0.1, TesterVerdict::none)) == Verdict::pass);
  CHECK(verdict(answer(5)) == Verdict::fail);  // though the instrument says pass: its own limit may be another
  CHECK(verdict(answer(5, TesterVerdict::fail)) == Verdict::fail);
  const auto said = judge(*plan().find("bench-3-drill"), answer(0.1, TesterVerdict::fail), on("2026-11-24"));
  CHECK(said.verdict == Verdict::undecidable);
  CHECK(said.why.en.find("the instrument says fail; pass: 0.1") == 0);
  for (const auto own : {TesterVerdict::low, TesterVerdict::running, TesterVerdict::aborted, TesterVerdict::error}) {
    CHECK(verdict(answer(0.1, own)) == Verdict::undecidable);
    CHECK(verdict(answer(5, own)) == Verdict::undecidable);
  }
}

TEST_CASE("an answer without the number is no verdict") {
  CHECK(verdict({TesterVerdict::pass, {}}) == Verdict::undecidable);
  CHECK(verdict({TesterVerdict::pass, {{"other", {NumberKind::value, 1e-6, "A"}}}}) == Verdict::undecidable);
}

TEST_CASE("the plan's tables are described for its page") {
  std::string names;
  for (const auto& object : describe_leakage_plan()) names += object.name + " ";
  CHECK(names == "leakage plan file instrument test contact_test end ");
}

TEST_CASE("a test by contacts names its start relay and its inputs, and says what is written wrong") {
  const auto read = plan();
  REQUIRE(read.contact_tests.size() == 1);
  const auto* test = read.find_contact("bench-1-drill");
  REQUIRE(test != nullptr);
  CHECK(test->start == "relay-3/relay.2");
  CHECK(test->pass == "relay-3/input.1.state");
  CHECK(test->pulse == std::chrono::milliseconds{500});
  CHECK(test->longest == std::chrono::minutes{2});
  CHECK(read.find_contact("bench-3-drill") == nullptr);
  CHECK(read.find("bench-1-drill") == nullptr);
  tells("start = \"relay-3/relay.2\"", "start = \"relay-3\"", "must be written device/name");
  tells("name = \"bench-1-drill\"", "name = \"bench-3-drill\"", "there twice");
  tells("start = \"relay-3/relay.2\"", "start = \"relay-3/relay.2\"\npulse_ms = 1", "use 50 to 5000");
}

TEST_CASE("the page of the plan's keys is as the field tables say") {
  inspect::tests::check_golden(
      "firmware-agent/docs/leakage-plan.md",
      "# 泄漏测试方案 The plan of leakage tests\n\n"
      "此页由字段表生成,请勿手改。 This page is made from the field tables; do not edit it.\n\n"
      "示例 Example: [examples/leakage-plan.toml](../../examples/leakage-plan.toml). 检查 Check: "
      "`inspectctl check leakage-plan.toml`. 在现场配置中写 In the site's configuration: `[inspection]`, "
      "`leakage_plan`. 限值 Limits: [limits.toml](../../protocol/catalogue/limits.toml).\n\n"
      "文件以 `[end]` 结束,其中 `file = \"leakage-plan\"`。 The file finishes with `[end]` and in it "
      "`file = \"leakage-plan\"`.\n\n" +
          inspect::settings::markdown(inspect::inspection::describe_leakage_plan()));
}
