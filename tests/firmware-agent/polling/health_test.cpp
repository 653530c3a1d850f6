#include "firmware-agent/polling/health.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;

TEST_CASE("one silence is doubt, two are dormancy, one answer is life") {
  HealthTracker tracker;
  CHECK(tracker.health() == DeviceHealth::unknown);
  CHECK(tracker.take(std::nullopt) == DeviceHealth::active);
  CHECK(tracker.take(Errc::timeout) == DeviceHealth::degraded);
  CHECK(tracker.in_doubt());
  CHECK(tracker.take(Errc::timeout) == DeviceHealth::dormant);
  CHECK(tracker.take(Errc::timeout) == DeviceHealth::dormant);
  CHECK(tracker.take(std::nullopt) == DeviceHealth::active);
  CHECK(tracker.take(Errc::timeout) == DeviceHealth::degraded);
}

TEST_CASE("a device that refuses is alive") {
  HealthTracker tracker;
  tracker.take(Errc::timeout);
  for (const auto refusal : {Errc::device_refused, Errc::unsupported_point, Errc::device_busy}) {
    CHECK(tracker.take(refusal) == DeviceHealth::active);
    tracker.take(Errc::timeout);
  }
}

TEST_CASE("damaged frames never make a device dormant, nor wake one") {
  HealthTracker tracker;
  for (int i = 0; i < 10; ++i) CHECK(tracker.take(Errc::corrupt_frame) == DeviceHealth::degraded);
  tracker.take(Errc::timeout);
  tracker.take(Errc::timeout);
  CHECK(tracker.take(Errc::corrupt_frame) == DeviceHealth::dormant);
}

TEST_CASE("a missing port says nothing of the device") {
  HealthTracker tracker;
  tracker.take(std::nullopt);
  CHECK(tracker.take(Errc::bus_unavailable) == DeviceHealth::active);
}

TEST_CASE("a bus is silent only when every device on it is") {
  BusHealthTracker bus(3);
  CHECK(bus.take(std::nullopt, 0) == BusHealth::up);
  CHECK(bus.take(Errc::timeout, 2) == BusHealth::up);
  CHECK(bus.take(Errc::timeout, 3) == BusHealth::silent);
  CHECK(bus.take(std::nullopt, 2) == BusHealth::up);
  CHECK(bus.take(Errc::bus_unavailable, 2) == BusHealth::unavailable);
  CHECK(bus.take(Errc::timeout, 2) == BusHealth::unknown);
}

TEST_CASE("only the first miss in a row is worth asking again at once") {
  HealthTracker tracker;
  CHECK_FALSE(tracker.in_doubt());
  tracker.take(Errc::corrupt_frame);
  CHECK(tracker.in_doubt());
  tracker.take(Errc::corrupt_frame);
  CHECK_FALSE(tracker.in_doubt());
  tracker.take(Errc::bus_unavailable);
  CHECK_FALSE(tracker.in_doubt());
  tracker.take(std::nullopt);
  tracker.take(Errc::timeout);
  CHECK(tracker.in_doubt());
}
