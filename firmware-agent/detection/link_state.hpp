#pragma once

#include "firmware-agent/detection/line_evidence.hpp"
#include "firmware-agent/detection/link_fault.hpp"
#include "firmware-agent/detection/question_log.hpp"
#include "firmware-agent/detection/refusals.hpp"
#include "firmware-agent/detection/silence_group.hpp"
#include "firmware-agent/detection/strangers.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace inspect::agent {

/// A lost or damaged answer counts 4, a sound one takes 1 away: more than one in five opens sooner or later, three
/// damaged in a row at once, and it closes after a long run without any.
constexpr unsigned trouble_weight = 4;
constexpr unsigned trouble_opens = 12;
constexpr unsigned trouble_most = 24;
/// For so long a late answer may have run into the next questions, and its unit is not taken to answer in time.
constexpr std::chrono::seconds late_disturbs{10};

/// What the link watch knows of one device.
struct DeviceLink {
  unsigned timeouts = 0;  ///< in a row
  unsigned alive = 0;     ///< signs of life in a row
  unsigned trouble = 0;   ///< leaky count of lost and damaged answers
  QuestionLog log;
  Refusals refusals;
  Moment first_timeout;
  Moment first_trouble;
  std::optional<BootTime> came_at;       ///< last bytes of it, damaged or not
  std::optional<Moment> alive_at;        ///< last sign of life
  std::optional<BootTime> convicted_at;  ///< by silence; not told while it may be of a group
  std::optional<BootTime> late_at;       ///< last answer after its deadline
  unsigned lates = 0;                    ///< answers after their deadline since it was well
  std::chrono::nanoseconds late_by{};
  std::uint8_t other_unit = 0;       ///< that answered in its place last
  std::size_t seat = 0;              ///< its number on its bus
  bool asked = false;                ///< suspect, a neighbour was heard, and its next question is ordered
  std::optional<LinkFault> silence;  ///< what its silence is told as
  bool restated = false;             ///< the silence turned out to be a slowness, and that is told
  bool newcomer = false;             ///< never answered, in this run or any before
  bool silence_own = false;          ///< by a finding of its own, not by what explains it
  std::optional<LinkFault> spoilt;   ///< what spoils its answers is told

  void suffer(const Moment& at) {
    if (trouble == 0) first_trouble = at;
    trouble = std::min(trouble + trouble_weight, trouble_most);
  }
  [[nodiscard]] bool troubled() const { return trouble >= trouble_opens; }
};

/// What the link watch knows of one bus.
struct BusLink {
  std::vector<DeviceIndex> devices;
  LineEvidence evidence;
  Strangers strangers;
  bool tcp = false;
  bool available = true;
  Moment changed;  ///< of `available`
  std::string why;
  std::optional<BootTime> late_at;  ///< last answer of any device after its deadline
  std::optional<Moment> gone;       ///< not available once since the last answer
  bool answered_since = false;      ///< an answer since it is available again
  bool down = false;                ///< these findings are open
  bool unavailable = false;
  bool echo = false;
  bool second_master = false;
  std::optional<LinkFault> spoilt;  ///< bus_degraded, bus_noise or bus_wrong_format
};

/// Devices that fell silent at the same instant and are told as one finding.
struct SilentGroup {
  LinkFault fault = LinkFault::branch_cut;
  BusIndex bus{};
  std::size_t supply = 0;
  Onset onset;                       ///< `members` is not used here
  std::vector<DeviceIndex> members;  ///< that are still silent
};

}  // namespace inspect::agent
