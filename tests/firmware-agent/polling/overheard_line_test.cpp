#include "firmware-agent/polling/overheard_line.hpp"

#include "tests/firmware-agent/polling/listening.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

struct LineBench {
  Site site = listened_site();
  SinkRecorder sink;
  modbus::LineCounters counters;
  OverheardLine line{site, BusIndex{0}, sink, counters};
  Moment now{BootTime{1h}, WallTime{std::chrono::milliseconds{1'700'000'000'000}}, ClockTrust::ntp};

  void wait(BootClock::duration time) {
    const auto end = now.boot + time;
    while (const auto wake = line.wake()) {
      if (*wake > end) break;
      advance(std::max(now.boot, *wake) - now.boot);
      line.take({}, now);
    }
    advance(end - now.boot);
  }
  void say(const modbus::Bytes& bytes, BootClock::duration pause = 10ms) {
    advance(modbus::WireTime(9600).characters(bytes.size()));
    line.take(bytes, now);
    wait(pause);
  }
  void round(std::uint8_t unit, bool on) {
    say(ask_relays(unit));
    say(relays_are(unit, on));
  }

 private:
  void advance(BootClock::duration time) {
    now.boot += time;
    now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
  }
};

}  // namespace

TEST_CASE("what the master reads becomes readings of the points it covers; what it never asks is never read") {
  LineBench bench;
  bench.round(1, true);
  REQUIRE(bench.sink.all.size() == 8);
  CHECK(bench.sink.all[0].point == PointIndex{0});
  CHECK(bench.sink.all[0].value == 1);
  CHECK(bench.sink.all[1].value == 0);
  for (const auto& reading : bench.sink.all) {
    CHECK(reading.quality == Quality::good);
    CHECK(reading.measured_at.trust == ClockTrust::ntp);
    CHECK(reading.measured_at.boot <= bench.now.boot);
    CHECK(reading.good_until >= reading.measured_at.boot + 2s);
  }
  CHECK(bench.line.last_read(PointIndex{0}));
  CHECK_FALSE(bench.line.last_read(PointIndex{8}));   // its register
  CHECK_FALSE(bench.line.last_read(PointIndex{10}));  // the other device
  REQUIRE(bench.sink.attempts.size() == 1);
  CHECK_FALSE(bench.sink.attempts[0].failure);
  CHECK(bench.sink.attempts[0].device == DeviceIndex{0});
  CHECK(bench.line.health(DeviceIndex{0}, bench.now.boot) == DeviceHealth::active);
  CHECK(bench.line.health(bench.now.boot) == BusHealth::up);
  CHECK(bench.line.last_answer(DeviceIndex{0}));
}

TEST_CASE("a value is believed for three of the master's own periods") {
  LineBench bench;
  bench.round(1, true);
  bench.wait(20s);
  bench.sink.all.clear();
  bench.round(1, true);
  REQUIRE_FALSE(bench.sink.all.empty());
  const auto& reading = bench.sink.all[0];
  const auto good_for = reading.good_until - reading.measured_at.boot;
  CHECK(good_for > 59s);
  CHECK(good_for < 61s);
  bench.wait(3h);
  bench.sink.all.clear();
  bench.round(1, true);
  CHECK(bench.sink.all[0].good_until - bench.sink.all[0].measured_at.boot == 15min);
}

TEST_CASE("a device that does not answer its master is a time-out of that device, and bad from the second on") {
  LineBench bench;
  bench.round(2, true);
  bench.round(1, true);
  bench.sink.all.clear();
  bench.sink.attempts.clear();
  bench.say(ask_relays(1), 500ms);
  bench.round(2, true);
  REQUIRE(bench.sink.attempts.size() == 2);
  CHECK(bench.sink.attempts[0].failure == Errc::timeout);
  CHECK(bench.sink.attempts[0].health == DeviceHealth::degraded);
  for (const auto& reading : bench.sink.all) CHECK(at(reading.point) >= 10);  // one miss accuses nobody
  bench.say(ask_relays(1), 500ms);
  bench.round(2, true);
  CHECK(bench.line.health(DeviceIndex{0}, bench.now.boot) == DeviceHealth::dormant);
  const auto bad = std::count_if(bench.sink.all.begin(), bench.sink.all.end(), [](const Reading& reading) {
    return at(reading.point) < 8 && reading.quality == Quality::bad && reading.reason == Reason::no_answer;
  });
  CHECK(bad == 8);
}

TEST_CASE("a quiet line accuses nobody: nobody is asked, so health is unknown") {
  LineBench bench;
  CHECK(bench.line.quiet(bench.now.boot));
  CHECK(bench.line.health(bench.now.boot) == BusHealth::unknown);
  bench.round(1, true);
  bench.round(2, true);
  CHECK_FALSE(bench.line.quiet(bench.now.boot));
  const auto attempts = bench.sink.attempts.size();
  const auto readings = bench.sink.all.size();
  bench.wait(line_quiet_after + 1h);
  CHECK(bench.line.quiet(bench.now.boot));
  CHECK(bench.line.health(bench.now.boot) == BusHealth::unknown);
  CHECK(bench.line.health(DeviceIndex{0}, bench.now.boot) == DeviceHealth::unknown);
  CHECK(bench.sink.attempts.size() == attempts);
  CHECK(bench.sink.all.size() == readings);
  // Nor is what was read taken for good any longer.
  CHECK(as_of(bench.sink.all.back(), bench.now.boot).reason == Reason::stale);
}

TEST_CASE("the last question before the master went away is no silence of the device for ever") {
  LineBench bench;
  bench.round(1, true);
  bench.say(ask_relays(1), 24h);
  CHECK(bench.sink.attempts.size() == 2);  // one lost answer, told once
  CHECK(bench.line.health(DeviceIndex{0}, bench.now.boot) == DeviceHealth::unknown);
}

TEST_CASE("who has never heard an answer cannot tell his own ears from their silence, and accuses nobody") {
  LineBench bench;
  for (int i = 0; i < 20; ++i) {
    bench.say(ask_relays(1), 500ms);
    bench.say(ask_relays(2), 500ms);
  }
  CHECK(bench.sink.attempts.empty());
  CHECK(bench.sink.all.empty());
  CHECK(bench.counters.timeouts > 30);
}

TEST_CASE("a damaged answer blames the line") {
  LineBench bench;
  bench.round(1, true);
  auto broken = relays_are(1, true);
  broken.back() ^= 1;
  bench.sink.attempts.clear();
  bench.say(ask_relays(1));
  bench.say(broken, 200ms);
  bench.round(2, true);
  REQUIRE(bench.sink.attempts.size() == 2);
  CHECK(bench.sink.attempts[0].failure == Errc::corrupt_frame);
}

TEST_CASE("a port that is lost makes bad what was read, and leaves alone what never was") {
  LineBench bench;
  bench.round(1, true);
  bench.sink.all.clear();
  bench.line.lost(bench.now);
  CHECK(bench.sink.all.size() == 8);
  for (const auto& reading : bench.sink.all) CHECK(reading.reason == Reason::bus);
  CHECK(bench.line.health(bench.now.boot) == BusHealth::unavailable);
  bench.round(1, true);
  CHECK(bench.line.health(bench.now.boot) == BusHealth::up);
}
