#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect {

/// Promises S5, S6, S7.
enum class FaultClass : std::uint8_t { ordinary, major, preventive };

/// States of ISA-18.2. `returned` is "returned to normal, nobody acknowledged yet"; a finding that returned and was
/// acknowledged (in either order) is `normal`, which ends this occurrence.
enum class AlarmState : std::uint8_t {
  normal,
  unacknowledged,
  acknowledged,
  returned,
  shelved,         ///< by a person, with an end
  suppressed,      ///< by design, e.g. behind a dead link or during an exam
  out_of_service,  ///< for maintenance
};

/// What just happened to a finding. Each is one ledger entry and one outbox row.
enum class FindingEvent : std::uint8_t { opened, updated, returned, reopened, acknowledged, shelved, unshelved };

std::string_view name(FaultClass fault_class);
std::string_view name(AlarmState state);
std::string_view name(FindingEvent event);
std::optional<FaultClass> fault_class_from(std::string_view name);
std::optional<AlarmState> alarm_state_from(std::string_view name);
std::optional<FindingEvent> finding_event_from(std::string_view name);

/// One fault on site, through repeats, restarts and flapping. `point` is empty when the whole device is meant,
/// `device` is the bus's name when the whole bus is.
struct FindingId {
  std::string site;
  std::string device;
  std::string point;
  std::string kind;
  std::uint32_t occurrence = 1;  ///< counts from 1 for each (site, device, point, kind)

  friend bool operator==(const FindingId&, const FindingId&) = default;
  friend auto operator<=>(const FindingId&, const FindingId&) = default;
};

/// "site/device/point/kind/occurrence", "-" for an empty point. Names hold no slash.
std::string to_string(const FindingId& id);
std::optional<FindingId> finding_id_from(std::string_view text);

/// One number the finding rests on.
struct Evidence {
  std::string device;
  std::string point;
  double value = 0;
  std::string unit;
  Quality quality = Quality::good;
  WallTime at{};
  Text note;  ///< what it was held against, e.g. "limit 11.4 V", "commanded off"

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// The first analysis (S4, S7): complete before anybody was asked.
struct Analysis {
  Text title;             ///< the kind of fault in a few words
  Text what;              ///< one sentence with the numbers
  Text where;             ///< site, device, point, in the site's own names
  double confidence = 0;  ///< 0..1 that this fault, and no other, is there
  std::string part;       ///< stock name from parts.toml, e.g. "SRD-05VDC-SL-C"; empty: none
  Text part_name;
  std::string department;  ///< key of the dispatch table
  Text urgency;
  std::vector<Text> checks;            ///< what to check first, in order
  std::vector<Evidence> evidence;      ///< at most 16
  std::vector<std::string> held_back;  ///< what this one explains: "device/point/kind"; at most 64

  friend bool operator==(const Analysis&, const Analysis&) = default;
};

struct Finding {
  FindingId id;
  FaultClass fault_class = FaultClass::ordinary;
  AlarmState state = AlarmState::unacknowledged;
  bool active = true;  ///< the fault is measured now; false after it returned
  Moment since;        ///< first reading that showed it
  Moment changed;      ///< the last event
  std::optional<Moment> returned;
  std::string by;      ///< who acknowledged or shelved; empty for the agent itself
  std::string reason;  ///< why it was shelved
  std::optional<WallTime> shelved_until;
  std::uint32_t repeats = 0;  ///< times it came back within this occurrence (flapping)
  Analysis analysis;

  friend bool operator==(const Finding&, const Finding&) = default;
};

struct FindingChange {
  FindingEvent event = FindingEvent::opened;
  Finding finding;  ///< as it stands after the event

  friend bool operator==(const FindingChange&, const FindingChange&) = default;
};

}  // namespace inspect
