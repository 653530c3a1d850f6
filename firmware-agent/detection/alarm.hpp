#pragma once

#include "protocol/model/finding.hpp"

#include <optional>

namespace inspect::agent {

/// What can happen to a finding.
enum class AlarmInput : std::uint8_t {
  fault,        ///< confirmed by measurement
  healthy,      ///< confirmed by measurement
  acknowledge,  ///< by a person
  shelve,       ///< by a person, with an end
  unshelve,     ///< by a person, or the end came
  suppress,     ///< a bigger finding explains it
  release,      ///< the bigger one is gone
  expire,       ///< it has been well so long that a comeback would be another fault
};

struct AlarmStep {
  AlarmState next;
  FindingEvent event;
};

/// The alarm states of ISA-18.2 as one table; nothing where the input does not apply.
///
/// One thing is finer than the standard's drawing: a fault that comes and goes must stay one fault after somebody has
/// acknowledged it. An acknowledged finding that returned therefore stays `acknowledged` with `active` false for the
/// hold time, and only then becomes `normal`.
std::optional<AlarmStep> alarm_step(AlarmState state, bool active, AlarmInput input);

}  // namespace inspect::agent
