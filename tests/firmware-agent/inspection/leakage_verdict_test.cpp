#include "firmware-agent/inspection/leakage_verdict.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace inspect;
using namespace inspect::inspection;
using catalogue::Bounds;
using catalogue::Form;
using catalogue::Limit;
using usb::NumberKind;
using usb::Quantity;

namespace {

const Moment today{BootTime{}, parse_rfc3339("2026-11-24T08:00:00Z").value(), ClockTrust::ntp};

Limit class_1() {
  Limit limit;
  limit.key = "gb4706-1.class-1.portable";
  limit.unit = "mA";
  limit.high = 0.75;
  limit.standard = "GB 4706.1";
  limit.edition = "2005";
  return limit;
}

/// 2 % of the reading and 2 digits of 0.001 mA, as a PA30 has it.
Instrument pa30() {
  Instrument instrument;
  instrument.of_reading = 0.02;
  instrument.fixed = 0.002;
  instrument.lowest = 0.02;
  instrument.highest = 20;
  instrument.calibrated_until = parse_rfc3339("2027-05-01T00:00:00Z");
  return instrument;
}

Quantity milliamps(double value) { return {NumberKind::value, value / 1000, "A"}; }

Verdict of(double value, const Bounds& bounds = {std::nullopt, 0.75}) {
  return judge(class_1(), bounds, milliamps(value), pa30(), today).verdict;
}

}  // namespace

TEST_CASE("a reading well within the limit passes, well beyond it fails, near it is undecidable") {
  CHECK(of(0.1) == Verdict::pass);
  CHECK(of(0) == Verdict::pass);
  CHECK(of(1.5) == Verdict::fail);
  CHECK(of(0.75) == Verdict::undecidable);
  const auto near = judge(class_1(), {std::nullopt, 0.75}, milliamps(0.74), pa30(), today);
  CHECK(near.verdict == Verdict::undecidable);
  CHECK(near.value == doctest::Approx(0.74));
  CHECK(near.uncertainty == doctest::Approx(0.0168));
  CHECK(near.why.en == "not decidable with this instrument: 0.74 ± 0.0168 mA : ≤ 0.75 mA (GB 4706.1 2005)");
  CHECK(near.why.zh == "用此仪器无法判定：0.74 ± 0.0168 mA : ≤ 0.75 mA (GB 4706.1 2005)");
}

TEST_CASE("the verdict turns exactly where the uncertainty touches the limit") {
  // v(1 + 0.02) + 0.002 = 0.75 at 0.733333…; v(1 - 0.02) - 0.002 = 0.75 at 0.767346…
  CHECK(of(0.7333) == Verdict::pass);
  CHECK(of(0.7334) == Verdict::undecidable);
  CHECK(of(0.7673) == Verdict::undecidable);
  CHECK(of(0.7674) == Verdict::fail);
}

TEST_CASE("verdicts are ordered: a larger reading is never judged better") {
  int worst = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto verdict = of(step * 1e-4);
    const int rank = verdict == Verdict::pass ? 0 : verdict == Verdict::undecidable ? 1 : 2;
    REQUIRE(rank >= worst);
    worst = rank;
  }
  CHECK(worst == 2);
}

TEST_CASE("a window is kept on both sides: an RCD of 30 mA trips above 15 and at or below 30") {
  auto limit = class_1();
  limit.unit = "mA";
  auto exact = pa30();
  exact.of_reading = 0;
  exact.fixed = 0;
  const Bounds window{15, 30};
  const auto of_trip = [&](double value) { return judge(limit, window, milliamps(value), exact, today).verdict; };
  CHECK(of_trip(15) == Verdict::fail);
  CHECK(of_trip(15.001) == Verdict::pass);
  CHECK(of_trip(29.999) == Verdict::pass);
  CHECK(of_trip(30.001) == Verdict::fail);
  exact.fixed = 0.5;
  CHECK(of_trip(14) == Verdict::fail);
  CHECK(of_trip(15.2) == Verdict::undecidable);
  CHECK(of_trip(16) == Verdict::pass);
  CHECK(of_trip(29.8) == Verdict::undecidable);
  CHECK(of_trip(31) == Verdict::fail);
  exact.fixed = 20;  // wider than the window: nothing can pass
  for (double value = 0; value < 60; value += 0.5) CHECK(of_trip(value) != Verdict::pass);
}

TEST_CASE(
    "an instrument whose calibration is over, unknown or not to be dated decides nothing, however clear the reading") {
  for (const double value : {0.01, 5.0}) {
    auto instrument = pa30();
    instrument.calibrated_until = today.wall;
    const auto over = judge(class_1(), {std::nullopt, 0.75}, milliamps(value), instrument, today);
    CHECK(over.verdict == Verdict::undecidable);
    CHECK(over.why.en == "the instrument's calibration ended on 2026-11-24");
    instrument.calibrated_until = today.wall + std::chrono::milliseconds{1};
    CHECK(judge(class_1(), {std::nullopt, 0.75}, milliamps(value), instrument, today).verdict != Verdict::undecidable);
    instrument.calibrated_until.reset();
    CHECK(judge(class_1(), {std::nullopt, 0.75}, milliamps(value), instrument, today).verdict == Verdict::undecidable);
    for (const auto trust : {ClockTrust::none, ClockTrust::floor}) {
      auto then = today;
      then.trust = trust;
      CHECK(judge(class_1(), {std::nullopt, 0.75}, milliamps(value), pa30(), then).verdict == Verdict::undecidable);
    }
  }
}

TEST_CASE("an unknown or impossible uncertainty decides nothing") {
  for (const auto share : {std::optional<double>{}, std::optional(-0.01), std::optional(std::nan(""))}) {
    auto instrument = pa30();
    instrument.of_reading = share;
    CHECK(judge(class_1(), {std::nullopt, 0.75}, milliamps(5), instrument, today).verdict == Verdict::undecidable);
  }
}

TEST_CASE("a limit in peak says nothing of a reading in rms, and one in ohms nothing of amperes") {
  auto limit = class_1();
  limit.form = Form::peak;
  CHECK(judge(limit, {std::nullopt, 0.75}, milliamps(5), pa30(), today).why.en ==
        "the instrument measures rms, the limit is peak");
  const Bounds bounds{std::nullopt, 0.75};
  CHECK(judge(class_1(), bounds, {NumberKind::value, 5, "Ohm"}, pa30(), today).verdict == Verdict::undecidable);
  CHECK(judge(class_1(), bounds, {NumberKind::value, 5, ""}, pa30(), today).verdict == Verdict::undecidable);
  const auto infinite = std::numeric_limits<double>::infinity();
  CHECK(judge(class_1(), bounds, {NumberKind::value, infinite, "A"}, pa30(), today).verdict == Verdict::undecidable);
}

TEST_CASE("beyond the range only the end of the range decides") {
  const Bounds bounds{std::nullopt, 0.75};
  const Quantity over{NumberKind::over, 0, ""};
  const Quantity under{NumberKind::under, 0, ""};
  CHECK(judge(class_1(), bounds, over, pa30(), today).verdict == Verdict::fail);   // more than 20 mA
  CHECK(judge(class_1(), bounds, under, pa30(), today).verdict == Verdict::pass);  // less than 0.02 mA
  auto small = pa30();
  small.highest = 0.5;
  CHECK(judge(class_1(), bounds, over, small, today).verdict == Verdict::undecidable);
  small.lowest = 1;
  CHECK(judge(class_1(), bounds, under, small, today).verdict == Verdict::undecidable);
  small.highest.reset();
  small.lowest.reset();
  CHECK(judge(class_1(), bounds, over, small, today).verdict == Verdict::undecidable);
  CHECK(judge(class_1(), bounds, under, small, today).verdict == Verdict::undecidable);
  CHECK(judge(class_1(), bounds, {NumberKind::unknown, 0, ""}, pa30(), today).verdict == Verdict::undecidable);
  // Of a window, "under" decides against the lower end, and never for it.
  CHECK(judge(class_1(), {15, 30}, under, pa30(), today).verdict == Verdict::fail);
  CHECK(judge(class_1(), {0.001, 30}, under, pa30(), today).verdict == Verdict::undecidable);
}

TEST_CASE("no limit, no verdict") {
  CHECK(judge(class_1(), {}, milliamps(0), pa30(), today).verdict == Verdict::undecidable);
}

TEST_CASE("contacts: one of them is a verdict, both are a wiring fault, neither is none") {
  CHECK(judge_contacts(true, false, false).verdict == Verdict::pass);
  CHECK(judge_contacts(false, true, false).verdict == Verdict::fail);
  CHECK(judge_contacts(true, true, false).verdict == Verdict::undecidable);
  CHECK(judge_contacts(true, true, true).why.en.find("check the wiring") != std::string::npos);
  CHECK(judge_contacts(false, false, false).why.en == "the test is not over");
  CHECK(judge_contacts(false, false, true).why.en.find("neither contact") != std::string::npos);
  CHECK(judge_contacts(false, true, true).verdict == Verdict::fail);
}

TEST_CASE("verdicts have names") {
  CHECK(name(Verdict::pass) == "pass");
  CHECK(name(Verdict::undecidable) == "undecidable");
}
