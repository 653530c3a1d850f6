#include "cloud-bridge/ticketing/ledger/decide.hpp"

#include <algorithm>

namespace inspect::ticketing {

namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_note = 2000;
constexpr auto longest_pause = std::chrono::hours(24 * 30);

Event event_of(EventKind kind, WallTime at) {
  Event event;
  event.kind = kind;
  event.at = at;
  return event;
}

Event notice(std::string party, WallTime at) {
  auto event = event_of(EventKind::noticed, at);
  event.party = std::move(party);
  return event;
}

bool has_control(std::string_view text, bool lines_allowed) {
  return std::any_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7f || (byte < 0x20 && !(lines_allowed && (c == '\n' || c == '\t')));
  });
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

Result<void> check_text(const Action& action) {
  if (blank(action.by) || action.by.size() > longest_name || has_control(action.by, false)) {
    return fail(Errc::invalid_argument, "by: say who acts, in 1 to 80 bytes without control characters");
  }
  if (action.note.size() > longest_note || has_control(action.note, true)) {
    return fail(Errc::invalid_argument, "note: at most 2000 bytes without control characters");
  }
  return {};
}

Result<void> check_resolve(const Ticket& ticket, const Action& action) {
  if (!action.outcome) {
    return fail(Errc::invalid_argument, "outcome: one of repaired, bridged, replaced, no_fault_found");
  }
  if (ticket.measured() && *action.outcome != Outcome::bridged) {
    return fail(Errc::not_permitted,
                "the fault is still measured: only the outcome bridged can be given, and the ticket stays open");
  }
  return {};
}

Result<void> check_pause(const Ticket& ticket, const Action& action, WallTime now) {
  if (!action.clock) return fail(Errc::invalid_argument, "clock: one of remote, on_site");
  const auto& clock = ticket.clock(*action.clock);
  if (clock.stopped) return fail(Errc::not_permitted, "this clock has stopped already");
  if (action.kind == EventKind::resumed) {
    if (!clock.paused_at(now)) return fail(Errc::not_permitted, "this clock is not paused");
    return {};
  }
  // Nothing a customer or a part does can keep us from answering.
  if (*action.clock == ClockKind::response) return fail(Errc::not_permitted, "the response clock cannot be paused");
  if (clock.paused_at(now)) return fail(Errc::not_permitted, "this clock is paused already");
  if (now > clock.due()) return fail(Errc::not_permitted, "this clock has run out; no pause brings the time back");
  if (blank(action.note)) return fail(Errc::invalid_argument, "note: a pause needs its reason");
  if (!action.until || *action.until <= now || *action.until > now + longest_pause) {
    return fail(Errc::invalid_argument, "until: a pause needs its expected end, within 30 days from now");
  }
  return {};
}

bool takes_over(EventKind kind) {
  return kind == EventKind::acknowledged || kind == EventKind::remote_started || kind == EventKind::arrived ||
         kind == EventKind::resolved;
}

Result<void> check_kind(const Ticket& ticket, const Action& action, WallTime now) {
  switch (action.kind) {
    case EventKind::noted:
      if (blank(action.note)) return fail(Errc::invalid_argument, "note: nothing was said");
      return {};
    case EventKind::acknowledged:
      if (ticket.clock(ClockKind::response).stopped) {
        return fail(Errc::not_permitted, "already acknowledged by " + ticket.clock(ClockKind::response).stopped_by);
      }
      return {};
    case EventKind::remote_started:
    case EventKind::arrived: return {};
    case EventKind::resolved: return check_resolve(ticket, action);
    case EventKind::paused:
    case EventKind::resumed: return check_pause(ticket, action, now);
    default: return fail(Errc::invalid_argument, "this is no action of a person");
  }
}

}  // namespace

std::vector<Event> on_report(const Ticket* ticket, const messages::FindingMessage& report, const DispatchTable& table,
                             WallTime now) {
  std::vector<Event> events{event_of(EventKind::reported, now)};
  events.front().report = report;
  if (!ticket) events.push_back(notice(table.customer_service.key, now));
  const bool told = ticket && ticket->majors_told;
  if (report.change.finding.fault_class == FaultClass::major && !told) {
    // S6: the head of the department and the company hear of it at the same moment, and the expert group is formed.
    const auto& department = table.department_of(report.change.finding);
    events.push_back(notice("head/" + department, now));
    events.push_back(notice(table.company.key, now));
    events.push_back(notice("experts/" + department, now));
  }
  return events;
}

Result<std::vector<Event>> on_action(const Ticket& ticket, const Action& action, const DispatchTable& table,
                                     WallTime now) {
  if (auto checked = check_text(action); !checked) return checked.error();
  if (!ticket.open() && action.kind != EventKind::noted) {
    return fail(Errc::not_permitted, "the ticket is closed; it opens again by itself when the fault is measured again");
  }
  if (auto checked = check_kind(ticket, action, now); !checked) return checked.error();
  auto event = event_of(action.kind, now);
  event.by = action.by;
  event.note = action.note;
  if (action.kind == EventKind::resolved) event.outcome = action.outcome;
  if (action.kind == EventKind::paused || action.kind == EventKind::resumed) event.clock = action.clock;
  if (action.kind == EventKind::paused) event.until = action.until;
  std::vector<Event> events{std::move(event)};
  if (takes_over(action.kind) && ticket.dispatched.empty()) {
    // S4: customer service has looked at it, now it goes to the trade it belongs to.
    auto dispatched = event_of(EventKind::dispatched, now);
    dispatched.by = action.by;
    dispatched.party = table.department_of(ticket.latest.change.finding);
    events.push_back(std::move(dispatched));
  }
  return events;
}

}  // namespace inspect::ticketing
