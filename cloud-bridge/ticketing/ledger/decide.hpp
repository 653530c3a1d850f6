#pragma once

#include "cloud-bridge/ticketing/ledger/dispatch.hpp"
#include "cloud-bridge/ticketing/ledger/ticket.hpp"
#include "protocol/core/error.hpp"

#include <string>
#include <vector>

namespace inspect::ticketing {

/// What a person wants done. Who they are is what they say until there is a login.
struct Action {
  EventKind kind = EventKind::noted;
  std::string by;    ///< 1..80 bytes, no control characters
  std::string note;  ///< at most 2000 bytes
  std::optional<Outcome> outcome;
  std::optional<ClockKind> clock;
  std::optional<WallTime> until;
};

/// The events a report brings: itself, and who must be told because of it. `ticket` is nothing for the first report.
std::vector<Event> on_report(const Ticket* ticket, const messages::FindingMessage& report, const DispatchTable& table,
                             WallTime now);

/// The events an action brings. Errc::invalid_argument: the request is wrong; Errc::not_permitted: not on this ticket
/// now, with the reason and the cure.
Result<std::vector<Event>> on_action(const Ticket& ticket, const Action& action, const DispatchTable& table,
                                     WallTime now);

}  // namespace inspect::ticketing
