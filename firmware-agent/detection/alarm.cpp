#include "firmware-agent/detection/alarm.hpp"

#include <array>

namespace inspect::agent {

namespace {

using S = AlarmState;
using I = AlarmInput;
using E = FindingEvent;

/// Whether the fault is measured now.
enum class Active : std::uint8_t { yes, no };

struct Row {
  S state;
  Active active;
  I input;
  AlarmStep step;
};

constexpr std::array table{
    Row{S::normal, Active::no, I::fault, {S::unacknowledged, E::opened}},

    Row{S::unacknowledged, Active::yes, I::healthy, {S::returned, E::returned}},
    Row{S::unacknowledged, Active::yes, I::acknowledge, {S::acknowledged, E::acknowledged}},
    Row{S::unacknowledged, Active::yes, I::shelve, {S::shelved, E::shelved}},
    Row{S::unacknowledged, Active::yes, I::suppress, {S::suppressed, E::updated}},

    Row{S::acknowledged, Active::yes, I::healthy, {S::acknowledged, E::returned}},
    Row{S::acknowledged, Active::yes, I::shelve, {S::shelved, E::shelved}},
    Row{S::acknowledged, Active::yes, I::suppress, {S::suppressed, E::updated}},
    Row{S::acknowledged, Active::no, I::fault, {S::unacknowledged, E::reopened}},
    Row{S::acknowledged, Active::no, I::expire, {S::normal, E::updated}},

    Row{S::returned, Active::no, I::fault, {S::unacknowledged, E::reopened}},
    Row{S::returned, Active::no, I::acknowledge, {S::acknowledged, E::acknowledged}},
    Row{S::returned, Active::no, I::shelve, {S::shelved, E::shelved}},
    Row{S::returned, Active::no, I::expire, {S::normal, E::updated}},

    Row{S::shelved, Active::yes, I::healthy, {S::shelved, E::returned}},
    Row{S::shelved, Active::yes, I::shelve, {S::shelved, E::shelved}},
    Row{S::shelved, Active::yes, I::unshelve, {S::unacknowledged, E::unshelved}},
    Row{S::shelved, Active::no, I::fault, {S::shelved, E::reopened}},
    Row{S::shelved, Active::no, I::shelve, {S::shelved, E::shelved}},
    Row{S::shelved, Active::no, I::unshelve, {S::returned, E::unshelved}},

    Row{S::suppressed, Active::yes, I::healthy, {S::suppressed, E::returned}},
    Row{S::suppressed, Active::yes, I::release, {S::unacknowledged, E::updated}},
    Row{S::suppressed, Active::no, I::fault, {S::suppressed, E::reopened}},
    Row{S::suppressed, Active::no, I::release, {S::returned, E::updated}},
};

}  // namespace

std::optional<AlarmStep> alarm_step(AlarmState state, bool active, AlarmInput input) {
  const auto is = active ? Active::yes : Active::no;
  for (const auto& row : table) {
    if (row.state == state && row.active == is && row.input == input) return row.step;
  }
  return std::nullopt;
}

}  // namespace inspect::agent
