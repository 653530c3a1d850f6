#include "drivers/modbus_device/point_value.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;

TEST_CASE("a point is taken out of the middle of an answer, and what it cannot be is implausible") {
  Profile profile;
  PointSpec voltage;
  voltage.name = "output.voltage";
  voltage.map.address = 11;
  voltage.map.scale = 0.01;
  voltage.lowest = 0;
  voltage.highest = 60;
  profile.points = {voltage};
  const modbus::Request request{1, 3, 10, 3, {}};
  const auto good = value_of(profile, 0, request, {{7, 1200, 9}, {}});
  CHECK(good.value == doctest::Approx(12.0));
  CHECK(good.raw == 1200);
  CHECK(good.quality == Quality::good);
  CHECK(good.reason == Reason::none);
  const auto wild = value_of(profile, 0, request, {{7, 65'535, 9}, {}});
  CHECK(wild.quality == Quality::bad);
  CHECK(wild.reason == Reason::implausible);
  CHECK(value_of(profile, 0, request, {{7}, {}}).reason == Reason::implausible);
}

TEST_CASE("every failure has its own reason, all the way to the report") {
  CHECK(reason_of(Errc::timeout) == Reason::no_answer);
  CHECK(reason_of(Errc::corrupt_frame) == Reason::line);
  CHECK(reason_of(Errc::bus_unavailable) == Reason::bus);
  CHECK(reason_of(Errc::device_busy) == Reason::busy);
  CHECK(reason_of(Errc::device_refused) == Reason::refused);
  CHECK(reason_of(Errc::unsupported_point) == Reason::refused);
}
