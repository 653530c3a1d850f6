#include "cloud-bridge/ticketing/ledger/promise_clock.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

PromiseClock clock_of(ClockKind kind) {
  PromiseClock clock;
  clock.kind = kind;
  clock.started = noon;
  return clock;
}

}  // namespace

TEST_CASE("the three promises are 30 minutes, 4 hours and 12 hours") {
  CHECK(clock_of(ClockKind::response).due() == noon + 30min);
  CHECK(clock_of(ClockKind::remote).due() == noon + 4h);
  CHECK(clock_of(ClockKind::on_site).due() == noon + 12h);
}

TEST_CASE("a clock runs, warns at four fifths, is overdue, and is kept or missed by when it stopped") {
  auto clock = clock_of(ClockKind::response);
  CHECK(clock.status(noon) == ClockStatus::running);
  CHECK(clock.status(noon + 24min - 1ms) == ClockStatus::running);
  CHECK(clock.status(noon + 24min) == ClockStatus::warning);
  CHECK(clock.status(noon + 30min) == ClockStatus::warning);
  CHECK(clock.status(noon + 30min + 1ms) == ClockStatus::overdue);
  clock.stopped = noon + 30min;
  CHECK(clock.status(noon + 99h) == ClockStatus::kept);
  clock.stopped = noon + 30min + 1ms;
  CHECK(clock.status(noon + 99h) == ClockStatus::missed);
}

TEST_CASE("a pause moves the end by as long as it lasted") {
  auto clock = clock_of(ClockKind::remote);
  clock.pauses.push_back({noon + 1h, noon + 10h, "part on its way", "李娜", noon + 3h});
  CHECK(clock.paused_at(noon + 2h));
  CHECK(clock.status(noon + 2h) == ClockStatus::paused);
  CHECK_FALSE(clock.paused_at(noon + 3h));
  CHECK(clock.due() == noon + 6h);
}

TEST_CASE("a forgotten pause ends at its expected end by itself") {
  auto clock = clock_of(ClockKind::remote);
  clock.pauses.push_back({noon + 1h, noon + 2h, "customer asked", "李娜", std::nullopt});
  CHECK(clock.due() == noon + 5h);
  CHECK(clock.status(noon + 2h) == ClockStatus::running);
  CHECK(clock.status(noon + 5h + 1ms) == ClockStatus::overdue);
}

TEST_CASE("a pause that goes on when the clock stops counts only to the stop") {
  auto clock = clock_of(ClockKind::remote);
  clock.pauses.push_back({noon + 3h, noon + 20h, "no access", "李娜", std::nullopt});
  clock.stopped = noon + 5h;
  CHECK(clock.due() == noon + 6h);
  CHECK(clock.status(noon + 30h) == ClockStatus::kept);
}

TEST_CASE("a pause that begins when the time has run out gives nothing back") {
  auto clock = clock_of(ClockKind::remote);
  clock.pauses.push_back({noon + 1h, noon + 2h, "no access", "李娜", std::nullopt});
  clock.pauses.push_back({noon + 5h, noon + 9h, "too late", "李娜", std::nullopt});
  CHECK(clock.due() == noon + 5h);
  CHECK(clock.status(noon + 10h) == ClockStatus::overdue);
}

TEST_CASE("several pauses add up") {
  auto clock = clock_of(ClockKind::on_site);
  for (int i = 0; i < 5; ++i)
    clock.pauses.push_back({noon + i * 2h, noon + i * 2h + 1h, "storm", "李娜", std::nullopt});
  CHECK(clock.due() == noon + 17h);
}
