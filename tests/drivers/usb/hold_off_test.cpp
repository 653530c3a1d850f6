#include "drivers/usb/hold_off.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using State = HoldOff::State;

namespace {

struct Played {
  HoldOff hold;
  BootTime now{1h};

  void pass(BootClock::duration time) { now += time; }
  void replug() {
    hold.left(now);
    pass(1s);
    hold.arrived(now);
  }
  [[nodiscard]] State state() const { return hold.state(now); }
  /// The number of failures in a row after which a reset is asked for.
  unsigned fail_until_reset() {
    for (unsigned count = 1; count < 100; ++count) {
      if (hold.exchanged(Errc::timeout, now)) return count;
    }
    return 0;
  }
};

}  // namespace

TEST_CASE("a device that came is left alone until udev has set its rights") {
  Played played;
  played.hold.arrived(played.now);
  CHECK(played.state() == State::settling);
  played.pass(199ms);
  CHECK(played.state() == State::settling);
  played.pass(1ms);
  CHECK(played.state() == State::ready);
}

TEST_CASE("a device that left is absent, and ready again within a second after it came back") {
  Played played;
  played.hold.left(played.now);
  CHECK(played.state() == State::absent);
  CHECK(played.hold.departures() == 1);
  played.pass(24h);
  CHECK(played.state() == State::absent);
  played.hold.arrived(played.now);
  played.pass(1s);
  CHECK(played.state() == State::ready);
}

TEST_CASE("what cannot be opened is tried again after 0.1 s, doubling to 5 s, and at once after a plug") {
  Played played;
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
    played.hold.not_opened(played.now);
    CHECK(played.state() == State::waiting);
    CHECK(played.hold.allowed_at() == played.now + pause);
    played.pass(pause);
    CHECK(played.state() == State::ready);
  }
  played.replug();
  played.pass(200ms);
  played.hold.not_opened(played.now);
  CHECK(played.hold.allowed_at() == played.now + 100ms);
}

TEST_CASE("the fourth failure in a row resets the device and holds it off, longer each time, to 5 minutes") {
  Played played;
  for (const auto pause : {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    CHECK(played.fail_until_reset() == 4);
    CHECK(played.state() == State::held);
    CHECK(played.hold.allowed_at() == played.now + pause);
    played.pass(pause);
    CHECK(played.state() == State::ready);
  }
  CHECK_FALSE(played.hold.exchanged(std::nullopt, played.now));
  CHECK(played.fail_until_reset() == 4);
  CHECK(played.hold.allowed_at() == played.now + 2s);
}

TEST_CASE("failures with a success between them reset nothing, and being unplugged is no failure") {
  Played played;
  for (int round = 0; round < 100; ++round) {
    CHECK_FALSE(played.hold.exchanged(Errc::timeout, played.now));
    CHECK_FALSE(played.hold.exchanged(Errc::device_refused, played.now));
    CHECK_FALSE(played.hold.exchanged(Errc::corrupt_frame, played.now));
    CHECK_FALSE(played.hold.exchanged(Errc::bus_unavailable, played.now));
    CHECK_FALSE(played.hold.exchanged(std::nullopt, played.now));
  }
}

TEST_CASE("a device that its own reset brings back stays held") {
  Played played;
  CHECK(played.fail_until_reset() == 4);
  played.hold.left(played.now);
  played.hold.arrived(played.now);
  played.pass(1s);
  CHECK(played.state() == State::held);
  played.pass(1s);
  CHECK(played.state() == State::ready);
}

TEST_CASE("five arrivals in a minute are a storm: ten minutes alone, whatever it does meanwhile") {
  Played played;
  for (int i = 0; i < 4; ++i) {
    played.replug();
    CHECK_FALSE(played.hold.storming(played.now));
  }
  played.replug();
  CHECK(played.state() == State::storm);
  CHECK(played.hold.storming(played.now));
  const auto ends = played.hold.allowed_at();
  CHECK(ends == played.now + 10min);
  played.pass(5min);
  played.replug();
  CHECK(played.state() == State::storm);
  CHECK(played.hold.allowed_at() == ends);
  played.now = ends;
  CHECK(played.state() == State::ready);
  CHECK(played.hold.storming(played.now));
  played.pass(1min);
  CHECK_FALSE(played.hold.storming(played.now));
}

TEST_CASE("five arrivals spread over more than a minute are a technician at work") {
  Played played;
  for (int i = 0; i < 100; ++i) {
    played.replug();
    played.pass(15s);
    CHECK(played.state() == State::ready);
    CHECK_FALSE(played.hold.storming(played.now));
  }
  CHECK(played.hold.arrivals() == 100);
}

TEST_CASE("a storm that goes on is held again and never proves calm") {
  Played played;
  for (int minute = 0; minute < 60; ++minute) {
    for (int i = 0; i < 6; ++i) {
      played.replug();
      played.pass(9s);
      if (minute > 0) CHECK(played.hold.storming(played.now));
    }
  }
}
