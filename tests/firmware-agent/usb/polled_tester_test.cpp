#include "firmware-agent/usb/polled_tester.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using usb::NumberKind;
using usb::TesterVerdict;

namespace {

drivers::Profile profile() {
  drivers::Profile profile;
  profile.points.resize(2);
  profile.points[0].name = "test.verdict";
  profile.points[0].role = drivers::Role::state;
  profile.points[1].name = "leakage.current";
  profile.points[1].unit = "mA";
  profile.points[1].highest = 100;
  return profile;
}

PointValue current(NumberKind kind, double value, const std::string& unit,
                   TesterVerdict verdict = TesterVerdict::pass) {
  usb::TesterAnswer answer;
  answer.verdict = verdict;
  answer.quantities["leakage.current"] = {kind, value, unit};
  return value_of(profile(), 1, answer);
}

}  // namespace

TEST_CASE("a number comes in the point's unit, whatever prefix that has") {
  CHECK(current(NumberKind::value, 0.00125, "A").value == doctest::Approx(1.25));
  CHECK(current(NumberKind::value, 0.00125, "A").quality == Quality::good);
  CHECK(current(NumberKind::value, 1.25, "mA").value == doctest::Approx(1.25));
}

TEST_CASE("another quantity, a number beyond the range and one that cannot be are implausible, never a value") {
  for (const auto& value : {current(NumberKind::value, 230, "V"), current(NumberKind::over, 0, "A"),
                            current(NumberKind::under, 0, "A"), current(NumberKind::value, 0.2, "A")}) {
    CHECK(value.quality == Quality::bad);
    CHECK(value.reason == Reason::implausible);
  }
}

TEST_CASE("what is not there was never read, and what still moves is uncertain") {
  CHECK(value_of(profile(), 1, {}).reason == Reason::never_read);
  CHECK(current(NumberKind::unknown, 0, "A").reason == Reason::never_read);
  CHECK(value_of(profile(), 0, {}).reason == Reason::never_read);
  CHECK(current(NumberKind::value, 0.001, "A", TesterVerdict::running).quality == Quality::uncertain);
}

TEST_CASE("a verdict is a state") {
  usb::TesterAnswer answer;
  answer.verdict = TesterVerdict::fail;
  CHECK(value_of(profile(), 0, answer).value == static_cast<double>(TesterVerdict::fail));
  CHECK(value_of(profile(), 0, answer).quality == Quality::good);
}
