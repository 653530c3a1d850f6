#include "firmware-agent/cli/words.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>

using namespace inspect;
using namespace inspect::cli;

namespace {

template <class Enum>
void each_is_told_apart(std::uint8_t count) {
  for (const auto language : {Language::zh, Language::en}) {
    std::set<std::string> seen;
    for (std::uint8_t i = 0; i < count; ++i) seen.insert(word(static_cast<Enum>(i), language).text);
    CHECK(seen.size() == count);
    CHECK(seen.count("") == 0);
  }
}

control::PointRow state(std::optional<double> value) {
  control::PointRow row;
  row.role = "state";
  row.reading.value = value;
  return row;
}

}  // namespace

TEST_CASE("every state has a word of its own in both languages") {
  each_is_told_apart<DeviceHealth>(4);
  each_is_told_apart<BusHealth>(4);
  each_is_told_apart<FaultClass>(3);
  each_is_told_apart<AlarmState>(7);
}

TEST_CASE("not answered, refused, implausible and unchanged are four different words") {
  for (const auto language : {Language::zh, Language::en}) {
    std::set<std::string> seen;
    for (const auto reason : {Reason::no_answer, Reason::refused, Reason::implausible, Reason::stale, Reason::line,
                              Reason::busy, Reason::bus, Reason::never_read}) {
      seen.insert(word(Quality::bad, reason, language).text);
    }
    CHECK(seen.size() == 8);
  }
}

TEST_CASE("a value without a reason is never called good when it is not") {
  CHECK(word(Quality::good, Reason::none, Language::en).text == "good");
  CHECK(word(Quality::uncertain, Reason::none, Language::en).text == "uncertain");
  CHECK(word(Quality::bad, Reason::none, Language::zh).text == "不确定");
  CHECK(word(Quality::good, Reason::none, Language::en).tone == Tone::good);
  CHECK(word(Quality::uncertain, Reason::stale, Language::en).tone == Tone::doubt);
  CHECK(word(Quality::bad, Reason::no_answer, Language::en).tone == Tone::bad);
}

TEST_CASE("events and clocks have words") {
  CHECK(word(FindingEvent::opened, Language::zh) == "出现");
  CHECK(word(FindingEvent::unshelved, Language::en) == "unshelved");
  CHECK(word(ClockTrust::none, Language::en) == "not to be trusted");
  CHECK(word(ClockTrust::ntp, Language::zh) == "网络校时");
}

TEST_CASE("a state reads on and off, a quantity its number and unit") {
  CHECK(value_text(state(1), Language::en) == "on");
  CHECK(value_text(state(0), Language::zh) == "断");
  CHECK(value_text(state(3), Language::en) == "3");
  CHECK(value_text(state(std::nullopt), Language::en) == "–");
  CHECK(value_text(230.1234567, "V", false, Language::en) == "230.123 V");
  CHECK(value_text(1, "mA", false, Language::en) == "1 mA");
  CHECK(value_text(25.5, "Cel", false, Language::en) == "25.5 °C");
  CHECK(value_text(0, "", false, Language::en) == "0");
  CHECK(value_text(4'123'456'789, "", false, Language::en) == "4123456789");
  auto with_unit = state(1);
  with_unit.unit = "V";
  CHECK(value_text(with_unit, Language::en) == "1 V");
}

TEST_CASE("a part is named once when its name says what stock calls it") {
  CHECK(part_text("SRD-05VDC-SL-C", "SRD-05VDC-SL-C relay") == "SRD-05VDC-SL-C relay");
  CHECK(part_text("SRD-05VDC-SL-C", "SRD-05VDC-SL-C 继电器") == "SRD-05VDC-SL-C 继电器");
  CHECK(part_text("test lead 60 cm", "Test lead, 60 cm") == "Test lead, 60 cm");
  CHECK(part_text("diode", "二极管") == "diode  二极管");
  CHECK(part_text("LM2596S module", "DC-DC 降压模块") == "LM2596S module  DC-DC 降压模块");
  CHECK(part_text("relay board", "") == "relay board");
}

TEST_CASE("bytes are told in the unit that fits") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1024) == "1.0 KiB");
  CHECK(bytes_text(3'500'000) == "3.3 MiB");
  CHECK(bytes_text(std::numeric_limits<std::uint64_t>::max()) == "16777216.0 TiB");
}
