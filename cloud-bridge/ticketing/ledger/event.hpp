#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/messages/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::ticketing {

/// What can happen to a ticket. A ticket is the ordered list of these and nothing else.
enum class EventKind : std::uint8_t {
  reported,        ///< the site said something about the fault; carries the message
  acknowledged,    ///< a person took the ticket: stops the response clock
  remote_started,  ///< an engineer guides or works from afar: stops the remote clock
  arrived,         ///< an engineer stands before the device: stops the on-site clock
  resolved,        ///< a person gave an outcome
  paused,          ///< one clock stands still: reason, person and expected end
  resumed,
  noted,       ///< a remark, changes nothing
  noticed,     ///< a party was told (S4, S6)
  dispatched,  ///< handed to a technical department
  warned,      ///< a clock has a fifth of its time left
  expired,     ///< a clock ran out
};

/// The three promises of S1, independent of each other.
enum class ClockKind : std::uint8_t { response, remote, on_site };
constexpr std::size_t clock_count = 3;

/// How a fault ended (S2).
enum class Outcome : std::uint8_t { repaired, bridged, replaced, no_fault_found };

std::string_view name(EventKind kind);
std::string_view name(ClockKind clock);
std::string_view name(Outcome outcome);
std::optional<EventKind> event_kind_from(std::string_view name);
std::optional<ClockKind> clock_kind_from(std::string_view name);
std::optional<Outcome> outcome_from(std::string_view name);

/// One entry of the ledger. Written once, never changed.
struct Event {
  EventKind kind = EventKind::noted;
  WallTime at{};                   ///< the service's own clock when it was written
  std::string by;                  ///< the person; empty for the service and the site
  std::string note;                ///< remark, or the reason of a pause
  std::string party;               ///< noticed, dispatched: key of who was told
  std::optional<ClockKind> clock;  ///< paused, resumed, warned, expired
  std::optional<Outcome> outcome;  ///< resolved
  std::optional<WallTime> until;   ///< paused: expected end
  std::optional<messages::FindingMessage> report;
};

}  // namespace inspect::ticketing
