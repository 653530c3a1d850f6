#include "firmware-agent/polling/health_news.hpp"

#include "firmware-agent/polling/health.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

constexpr DeviceIndex seventh{7};

DeviceAttempt attempt_at(BootClock::duration at, DeviceHealth health, DeviceIndex device = seventh) {
  return {device, BusIndex{}, {BootTime{at}, {}, ClockTrust::ntp}, std::nullopt, health, {}};
}

HealthChange fell_silent(BootClock::duration at) {
  return {seventh, DeviceHealth::degraded, DeviceHealth::dormant, {BootTime{at}, {}, ClockTrust::ntp}};
}

}  // namespace

TEST_CASE("a device that dies and comes back is told once per change, with the second silence at the latest") {
  HealthNews news(8);
  HealthTracker tracker;
  std::string told;
  const auto question = [&](std::optional<Errc> failure) {
    if (const auto change = news.take(attempt_at(1s, tracker.take(failure)))) {
      told += std::string(name(change->before)) + ">" + std::string(name(change->after)) + " ";
    }
  };
  for (int i = 0; i < 5; ++i) question(std::nullopt);
  CHECK(told == "unknown>active ");
  told.clear();
  question(Errc::timeout);
  question(Errc::timeout);
  CHECK(told == "active>degraded degraded>dormant ");
  told.clear();
  for (int i = 0; i < 50; ++i) question(Errc::timeout);
  CHECK(told.empty());
  for (int i = 0; i < 5; ++i) question(std::nullopt);
  CHECK(told == "dormant>active ");
}

TEST_CASE("each device has a health of its own, and what is told bears the time of the question that showed it") {
  HealthNews news(8);
  CHECK(news.take(attempt_at(1s, DeviceHealth::active)));
  const auto other = news.take(attempt_at(2s, DeviceHealth::dormant, DeviceIndex{3}));
  REQUIRE(other);
  CHECK(other->device == DeviceIndex{3});
  CHECK(other->before == DeviceHealth::unknown);
  CHECK(other->at.boot == BootTime{2s});
  CHECK_FALSE(news.take(attempt_at(3s, DeviceHealth::active)));
}

TEST_CASE("one missed answer is no line in the journal, a silence and its end are") {
  HealthNews news(8);
  const auto written = [&](DeviceHealth before, DeviceHealth after) {
    return news.journal({seventh, before, after, {BootTime{1s}, {}, ClockTrust::ntp}}).has_value();
  };
  CHECK_FALSE(written(DeviceHealth::unknown, DeviceHealth::active));
  CHECK_FALSE(written(DeviceHealth::active, DeviceHealth::degraded));
  CHECK_FALSE(written(DeviceHealth::degraded, DeviceHealth::active));
  CHECK(written(DeviceHealth::degraded, DeviceHealth::dormant));
  CHECK(written(DeviceHealth::dormant, DeviceHealth::active));
}

TEST_CASE("a device that flaps all day costs the journal a bounded number of lines, and none is left out unsaid") {
  HealthNews news(8);
  unsigned lines = 0;
  unsigned left_out = 0;
  const unsigned changes = 24 * 3600;
  for (unsigned second = 0; second < changes; ++second) {
    if (const auto before = news.journal(fell_silent(std::chrono::seconds(second)))) {
      ++lines;
      left_out += *before;
    }
  }
  CHECK(lines <= 144 + journal_burst);
  CHECK(lines >= 144);
  // The rest is said with the next line, when there is one.
  const auto next = news.journal(fell_silent(48h));
  REQUIRE(next);
  CHECK(lines + left_out + *next == changes);
  SUBCASE("and after a quiet time it has its burst again") {
    for (unsigned i = 1; i < journal_burst; ++i) CHECK(news.journal(fell_silent(48h)) == 0U);
    CHECK_FALSE(news.journal(fell_silent(48h)));
  }
}
