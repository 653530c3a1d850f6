#include "firmware-agent/detection/wording.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a date is said in UTC, with a remark when the clock was not set") {
  CHECK(say_time(moment(3s)).en == "2026-11-24 08:00:03 UTC");
  auto unset = moment(3s);
  unset.trust = ClockTrust::none;
  CHECK(say_time(unset).en == "2026-11-24 08:00:03 UTC (clock not set)");
  CHECK(says(say_time(unset).zh, "时钟未校准"));
}

TEST_CASE("a limit's sentence has the value, the limit that was passed, its side and the date") {
  const TestSite place;
  const auto& spec = place.site.spec(place.voltage);
  Rule rule;
  rule.low = 11.4;
  rule.high = 12.6;
  const auto low = say_limit(spec, rule, good(place.voltage, 10.869999885559082, moment(0s)), moment(0s));
  CHECK(low.en ==
        "Output voltage reads 10.87 V, below the limit of 11.4 V, since 2026-11-24 08:00:00 UTC; confirmed by a second "
        "reading.");
  CHECK(low.zh == "输出电压实测 10.87 V，低于限值 11.4 V，自 2026-11-24 08:00:00 UTC 起，已由第二次读数确认。");
  const auto high = say_limit(spec, rule, good(place.voltage, 24, moment(0s)), moment(0s));
  CHECK(says(high.en, "24 V, above the limit of 12.6 V"));
  CHECK(says(high.zh, "高于限值 12.6 V"));
  CHECK(limit_note(spec, rule, 24).en == "high limit 12.6 V");
  CHECK(limit_note(spec, rule, 1).zh == "下限 11.4 V");
}

TEST_CASE("units are said as people read them, and large counts in full") {
  const auto celsius = spec("t", {"温度", "Temperature"}, "Cel", drivers::Role::measure);
  const auto count = spec("n", {"次数", "Operations"}, "1", drivers::Role::measure);
  Rule rule;
  rule.high = 85;
  CHECK(
      says(say_limit(celsius, rule, good({}, 90.25, moment(0s)), moment(0s)).en, "90.25 °C, above the limit of 85 °C"));
  CHECK(says(say_limit(count, rule, good({}, 12345678, moment(0s)), moment(0s)).en, "reads 12345678, above"));
}

TEST_CASE("a status bit is said as what the device reports, not as a number over a limit") {
  auto bit = spec("alarm", {"泄漏报警", "Leakage alarm"}, "", drivers::Role::state);
  bit.map.type = modbus::ValueType::bit;
  Rule rule;
  rule.high = 0.5;
  const auto text = say_limit(bit, rule, good({}, 1, moment(0s)), moment(0s));
  CHECK(says(text.en, "The device reports \"Leakage alarm\" as 1 (healthy: 0), since 2026-11-24 08:00:00 UTC"));
  CHECK(says(text.zh, "设备报告“泄漏报警”为 1（正常应为 0）"));
  CHECK(limit_note(bit, rule, 1).en == "healthy: 0");
  rule.high.reset();
  rule.low = 0.5;
  CHECK(says(say_limit(bit, rule, good({}, 0, moment(0s)), moment(0s)).en, "as 0 (healthy: 1)"));
}

TEST_CASE("a mismatch says what was commanded and what is") {
  const TestSite place;
  const auto& state = place.site.spec(place.state_1);
  const auto& command = place.site.spec(place.command_1);
  const auto welded = say_mismatch(state, command, false, moment(0s));
  CHECK(says(welded.en, "Relay 1 command says off, but Relay 1 feedback shows on"));
  CHECK(says(welded.zh, "1路命令为“释放/断开”，而1路反馈为“吸合/接通”"));
  CHECK(commanded_note(true).en == "commanded on");
  const auto end = say_mismatch_end(state, command, true);
  CHECK(end.en ==
        "After the repair: it clears when Relay 1 command is next on and Relay 1 feedback agrees; until then "
        "it is told as there.");
  CHECK(end.zh == "修复后：当1路命令下次为“吸合/接通”且1路反馈与之一致时，本故障自动消失；在那之前一直显示为存在。");
}

TEST_CASE("a frozen value's sentence has the value, the window and how far the other moved") {
  const TestSite place;
  const auto reading = good(place.temperature, 41.5, moment(0s));
  const auto text =
      say_frozen({place.site.spec(place.temperature), reading, 60s, &place.site.spec(place.current), 2.5}, moment(0s));
  CHECK(says(text.en, "Temperature has stood at 41.5 °C without the least change for over 60 s"));
  CHECK(says(text.en, "while Output current moved by 2.5 A."));
  CHECK(says(text.zh, "输出电流变化了 2.5 A。"));
  const auto alone = say_frozen({place.site.spec(place.temperature), reading, 60s, nullptr, 0}, moment(0s));
  CHECK_FALSE(says(alone.en, "while"));
}

TEST_CASE("an implausible value is not quoted; its range is") {
  const TestSite place;
  const auto text = say_implausible(place.site.spec(place.voltage), moment(0s));
  CHECK(says(text.en, "0 V – 60 V"));
  CHECK(says(text.zh, "合理范围 0 V – 60 V"));
}
