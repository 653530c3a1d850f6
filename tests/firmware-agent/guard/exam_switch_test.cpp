#include "firmware-agent/guard/exam_switch.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using guard::ExamSwitch;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

const WallTime eight = parse_rfc3339("2026-11-24T08:00:00Z").value();

/// So long after eight o'clock, on both clocks.
Moment later(milliseconds span, ClockTrust trust = ClockTrust::ntp) {
  return {BootTime{hours{3}} + span, eight + span, trust};
}

ExamSwitch begun(hours length = hours{4}) {
  ExamSwitch exam;
  REQUIRE(exam.begin(length, "root (张工)", later({})).has_value());
  return exam;
}

}  // namespace

TEST_CASE("an exam is on from when it is begun to its end, which comes by itself") {
  CHECK_FALSE(ExamSwitch{}.on(later({}).boot));
  const auto exam = begun();
  CHECK(exam.on(later({}).boot));
  CHECK(exam.on(later(hours{4} - milliseconds{1}).boot));
  CHECK_FALSE(exam.on(later(hours{4}).boot));
  CHECK(exam.exam(later(hours{1})) == ExamSwitch::Exam{eight, eight + hours{4}, ClockTrust::ntp, "root (张工)"});
  CHECK(exam.exam(later(hours{4})) == std::nullopt);
}

TEST_CASE("an exam is extended, shortened and ended, and lasts no longer than a day from the last word") {
  auto exam = begun();
  REQUIRE(exam.begin(hours{5}, "Li", later(hours{2})).has_value());
  CHECK(exam.exam(later(hours{2})) == ExamSwitch::Exam{eight, eight + hours{7}, ClockTrust::ntp, "Li"});
  CHECK(exam.on(later(hours{7} - milliseconds{1}).boot));
  REQUIRE(exam.begin(minutes{1}, "Li", later(hours{3})).has_value());
  CHECK_FALSE(exam.on(later(hours{3} + minutes{1}).boot));
  for (const auto wrong : {milliseconds{0}, milliseconds{-1}, milliseconds{ExamSwitch::longest} + milliseconds{1}}) {
    CHECK(exam.begin(wrong, "Li", later(hours{3})).error().code == Errc::invalid_argument);
  }
  CHECK(exam.on(later(hours{3}).boot));
  CHECK(exam.end(later(hours{3}).boot));
  CHECK_FALSE(exam.on(later(hours{3}).boot));
  CHECK_FALSE(exam.end(later(hours{3}).boot));
}

TEST_CASE("a wall clock that is set while an exam is on neither ends nor prolongs it") {
  ExamSwitch exam;
  const Moment undated{BootTime{hours{3}}, WallTime{}, ClockTrust::none};
  REQUIRE(exam.begin(hours{4}, "Li", undated).has_value());
  CHECK(exam.on(later(hours{4} - milliseconds{1}).boot));
  CHECK_FALSE(exam.on(later(hours{4}).boot));
  // It is shown by the clock as it is now.
  CHECK(exam.exam(later(hours{1})) == ExamSwitch::Exam{eight, eight + hours{4}, ClockTrust::ntp, "Li"});
}

TEST_CASE("an exam goes on after a restart: what is left of it by a clock that is believed, else all of it") {
  const auto kept = begun().kept();
  const auto restored = [&](const Moment& now) {
    ExamSwitch exam;
    exam.restore(kept, now);
    return exam;
  };
  // Another boot: its clock began anew.
  const Moment soon{BootTime{minutes{1}}, eight + hours{3}, ClockTrust::rtc};
  const auto exam = restored(soon);
  CHECK(exam.exam(soon) == ExamSwitch::Exam{eight, eight + hours{4}, ClockTrust::rtc, "root (张工)"});
  CHECK(exam.on(soon.boot + hours{1} - milliseconds{1}));
  CHECK_FALSE(exam.on(soon.boot + hours{1}));

  const Moment too_late{BootTime{minutes{1}}, eight + hours{4}, ClockTrust::ntp};
  CHECK_FALSE(restored(too_late).on(too_late.boot));
  // Before the exam began: the clock went back, and what is left is more than there was; never more than a day.
  const Moment back{BootTime{minutes{1}}, eight - hours{100}, ClockTrust::ntp};
  CHECK_FALSE(restored(back).on(back.boot + hours{24}));

  const Moment undated{BootTime{minutes{1}}, WallTime{}, ClockTrust::floor};
  CHECK(restored(undated).on(undated.boot + hours{4} - milliseconds{1}));
  CHECK_FALSE(restored(undated).on(undated.boot + hours{4}));
}

TEST_CASE("nothing kept is no exam, and something that cannot be read is one") {
  ExamSwitch exam;
  exam.restore("", later({}));
  CHECK_FALSE(exam.on(later({}).boot));
  CHECK(ExamSwitch{}.kept().empty());
  for (const auto* spoilt : {" ", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z 2026-11-24T12:00:00Z maybe Li",
                             "yesterday 2026-11-24T12:00:00Z ntp Li"}) {
    exam.restore(spoilt, later({}));
    CHECK_MESSAGE(exam.on(later(hours{24} - milliseconds{1}).boot), spoilt);
    CHECK_MESSAGE(!exam.on(later(hours{24}).boot), spoilt);
  }
}

TEST_CASE("an exam that was ended is not kept") {
  auto exam = begun();
  exam.end(later(hours{1}).boot);
  CHECK(exam.kept().empty());
}
