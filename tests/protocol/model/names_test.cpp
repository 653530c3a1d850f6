#include "protocol/model/finding.hpp"
#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"
#include "protocol/model/rule.hpp"

#include <doctest/doctest.h>

using namespace inspect;

namespace {

/// Every value from 0 to `last` has a name that leads back to it.
template <class Enum, class From>
void check_names(Enum last, From from) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    CAPTURE(i);
    CHECK_FALSE(name(value).empty());
    CHECK(from(name(value)) == value);
  }
  CHECK_FALSE(from("no such name").has_value());
}

}  // namespace

TEST_CASE("what travels by name comes back by name") {
  check_names(Quality::bad, quality_from);
  check_names(Reason::stale, reason_from);
  check_names(DeviceHealth::dormant, device_health_from);
  check_names(BusHealth::unavailable, bus_health_from);
  check_names(Detector::frozen, detector_from);
  check_names(FaultClass::preventive, fault_class_from);
  check_names(AlarmState::out_of_service, alarm_state_from);
  check_names(FindingEvent::unshelved, finding_event_from);
}
