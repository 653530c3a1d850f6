#include "protocol/model/reading.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;

TEST_CASE("a good value past its time says stale, a bad one keeps its reason") {
  Reading reading{PointIndex{1}, 12.0, Quality::good, Reason::none, Moment{BootTime{10s}, {}, {}}, BootTime{13s}};
  CHECK(as_of(reading, BootTime{13s}) == reading);
  const auto old = as_of(reading, BootTime{13s + 1ns});
  CHECK(old.quality == Quality::uncertain);
  CHECK(old.reason == Reason::stale);
  reading.quality = Quality::bad;
  reading.reason = Reason::no_answer;
  CHECK(as_of(reading, BootTime{99s}).reason == Reason::no_answer);
}
