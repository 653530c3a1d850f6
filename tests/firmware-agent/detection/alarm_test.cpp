#include "firmware-agent/detection/alarm.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace inspect;
using namespace inspect::agent;

namespace {

const std::vector<AlarmState> all_states{
    AlarmState::normal,  AlarmState::unacknowledged, AlarmState::acknowledged,  AlarmState::returned,
    AlarmState::shelved, AlarmState::suppressed,     AlarmState::out_of_service};
const std::vector<AlarmInput> all_inputs{AlarmInput::fault,   AlarmInput::healthy,  AlarmInput::acknowledge,
                                         AlarmInput::shelve,  AlarmInput::unshelve, AlarmInput::suppress,
                                         AlarmInput::release, AlarmInput::expire};

void check(AlarmState state, bool active, AlarmInput input, AlarmState next, FindingEvent event) {
  const auto step = alarm_step(state, active, input);
  REQUIRE(step.has_value());
  CHECK(step->next == next);
  CHECK(step->event == event);
}

}  // namespace

TEST_CASE("a fault, its acknowledgement, its return and the end of the hold time lead back to normal") {
  check(AlarmState::normal, false, AlarmInput::fault, AlarmState::unacknowledged, FindingEvent::opened);
  check(AlarmState::unacknowledged, true, AlarmInput::acknowledge, AlarmState::acknowledged,
        FindingEvent::acknowledged);
  check(AlarmState::acknowledged, true, AlarmInput::healthy, AlarmState::acknowledged, FindingEvent::returned);
  check(AlarmState::acknowledged, false, AlarmInput::expire, AlarmState::normal, FindingEvent::updated);
}

TEST_CASE("a fault that returned before it was acknowledged waits for the acknowledgement") {
  check(AlarmState::unacknowledged, true, AlarmInput::healthy, AlarmState::returned, FindingEvent::returned);
  check(AlarmState::returned, false, AlarmInput::acknowledge, AlarmState::acknowledged, FindingEvent::acknowledged);
}

TEST_CASE("a comeback asks for attention again, whether it was acknowledged or not") {
  check(AlarmState::returned, false, AlarmInput::fault, AlarmState::unacknowledged, FindingEvent::reopened);
  check(AlarmState::acknowledged, false, AlarmInput::fault, AlarmState::unacknowledged, FindingEvent::reopened);
}

TEST_CASE("a shelved finding follows the measurement and stays on its shelf") {
  check(AlarmState::shelved, true, AlarmInput::healthy, AlarmState::shelved, FindingEvent::returned);
  check(AlarmState::shelved, false, AlarmInput::fault, AlarmState::shelved, FindingEvent::reopened);
  check(AlarmState::shelved, true, AlarmInput::unshelve, AlarmState::unacknowledged, FindingEvent::unshelved);
  check(AlarmState::shelved, false, AlarmInput::unshelve, AlarmState::returned, FindingEvent::unshelved);
}

TEST_CASE("a suppressed finding comes out as what is measured then") {
  check(AlarmState::suppressed, true, AlarmInput::release, AlarmState::unacknowledged, FindingEvent::updated);
  check(AlarmState::suppressed, false, AlarmInput::release, AlarmState::returned, FindingEvent::updated);
}

TEST_CASE("whatever is measured always has an answer: no state swallows a fault or a return") {
  for (const auto state :
       {AlarmState::returned, AlarmState::acknowledged, AlarmState::shelved, AlarmState::suppressed}) {
    CAPTURE(name(state));
    CHECK(alarm_step(state, false, AlarmInput::fault).has_value());
  }
  for (const auto state :
       {AlarmState::unacknowledged, AlarmState::acknowledged, AlarmState::shelved, AlarmState::suppressed}) {
    CAPTURE(name(state));
    CHECK(alarm_step(state, true, AlarmInput::healthy).has_value());
  }
}

TEST_CASE("nothing measured as active can end, be it by a person or by time") {
  for (const auto state : all_states) {
    for (const auto input : all_inputs) {
      const auto step = alarm_step(state, true, input);
      if (step) CHECK(step->next != AlarmState::normal);
    }
  }
}

TEST_CASE("what does not apply is refused") {
  CHECK_FALSE(alarm_step(AlarmState::acknowledged, true, AlarmInput::acknowledge).has_value());
  CHECK_FALSE(alarm_step(AlarmState::unacknowledged, true, AlarmInput::unshelve).has_value());
  CHECK_FALSE(alarm_step(AlarmState::shelved, true, AlarmInput::acknowledge).has_value());
  CHECK_FALSE(alarm_step(AlarmState::normal, false, AlarmInput::acknowledge).has_value());
  for (const auto input : all_inputs) CHECK_FALSE(alarm_step(AlarmState::out_of_service, true, input).has_value());
}
