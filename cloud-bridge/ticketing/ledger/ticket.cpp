#include "cloud-bridge/ticketing/ledger/ticket.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace inspect::ticketing {

namespace {

constexpr std::array<std::pair<TicketState, std::string_view>, 7> states{{{TicketState::fresh, "new"},
                                                                          {TicketState::acknowledged, "acknowledged"},
                                                                          {TicketState::remote, "remote"},
                                                                          {TicketState::on_site, "on_site"},
                                                                          {TicketState::recovered, "recovered"},
                                                                          {TicketState::bridged, "bridged"},
                                                                          {TicketState::closed, "closed"}}};

/// major before ordinary before preventive
int gravity(FaultClass fault_class) {
  switch (fault_class) {
    case FaultClass::major: return 2;
    case FaultClass::ordinary: return 1;
    case FaultClass::preventive: return 0;
  }
  return 1;
}

void start_clocks(Ticket& ticket, WallTime at) {
  for (std::size_t i = 0; i < clock_count; ++i) {
    ticket.clocks.at(i) = PromiseClock{};
    ticket.clocks.at(i).kind = static_cast<ClockKind>(i);
    ticket.clocks.at(i).round = ticket.round;
    ticket.clocks.at(i).started = at;
  }
}

void stop_clock(Ticket& ticket, ClockKind kind, const Event& event) {
  auto& clock = ticket.clocks.at(static_cast<std::size_t>(kind));
  if (clock.stopped) return;
  clock.stopped = event.at;
  clock.proof = event.kind;
  clock.stopped_by = event.by;
}

/// A database not heard of before comes after all others.
SiteOrder order_of(const Ticket& ticket, const messages::Envelope& envelope) {
  const auto known = std::find(ticket.epochs.begin(), ticket.epochs.end(), envelope.epoch);
  return {static_cast<std::size_t>(known - ticket.epochs.begin()), envelope.seq};
}

void reopen(Ticket& ticket, WallTime at) {
  ticket.earlier.insert(ticket.earlier.end(), ticket.clocks.begin(), ticket.clocks.end());
  ++ticket.round;
  ticket.work = TicketState::fresh;
  ticket.closed_at.reset();
  ticket.settled.reset();
  ticket.dispatched.clear();
  ticket.owner.clear();
  ticket.outcome.reset();
  start_clocks(ticket, at);
}

/// This report says that what people did has not held: a closed fault is measured after the close, or a bridged one has
/// a new occurrence. Fresh promises begin.
bool begins_round(const Ticket& ticket, const messages::FindingMessage& report) {
  if (!report.change.finding.active) return false;
  // After everything that was known then, even if a later report that it went again overtook this one.
  const bool later = !ticket.settled || order_of(ticket, report.envelope) > ticket.settled->top;
  if (!ticket.open()) return later;
  // A bridged fault may stay measured until the repair; another occurrence says that the bridge does not hold.
  return ticket.work == TicketState::bridged && ticket.settled && later &&
         report.change.finding.id.occurrence != ticket.settled->occurrence;
}

void apply_report(Ticket& ticket, const Event& event) {
  if (!event.report) return;
  const auto& report = *event.report;
  const auto& finding = report.change.finding;
  const auto order = order_of(ticket, report.envelope);
  if (order.epoch == ticket.epochs.size()) ticket.epochs.push_back(report.envelope.epoch);
  if (!ticket.newest) {
    ticket.opened_at = event.at;
    ticket.fault_class = finding.fault_class;
    start_clocks(ticket, event.at);
  }
  if (gravity(finding.fault_class) > gravity(ticket.fault_class)) ticket.fault_class = finding.fault_class;
  if (begins_round(ticket, report)) reopen(ticket, event.at);
  if (!ticket.newest || order > *ticket.newest) {
    ticket.newest = order;
    ticket.latest = report;
  }
}

void apply_resolved(Ticket& ticket, const Event& event) {
  if (!ticket.open() || !event.outcome) return;
  for (std::size_t i = 0; i < clock_count; ++i) stop_clock(ticket, static_cast<ClockKind>(i), event);
  ticket.outcome = event.outcome;
  if (ticket.newest) ticket.settled = {*ticket.newest, ticket.latest.change.finding.id.occurrence};
  // A fault that is still measured is not closed, whoever says so (S2).
  if (*event.outcome == Outcome::bridged || ticket.measured()) {
    ticket.work = TicketState::bridged;
    return;
  }
  ticket.work = TicketState::closed;
  ticket.closed_at = event.at;
}

void apply_work(Ticket& ticket, const Event& event, TicketState state) {
  if (!ticket.open()) return;
  stop_clock(ticket, ClockKind::response, event);
  if (state != TicketState::acknowledged) stop_clock(ticket, ClockKind::remote, event);
  if (state == TicketState::on_site) stop_clock(ticket, ClockKind::on_site, event);
  if (state == TicketState::acknowledged) ticket.owner = event.by;
  // Work goes forward only: an acknowledgement that comes after the arrival does not call the engineer back.
  if (static_cast<int>(state) > static_cast<int>(ticket.work)) ticket.work = state;
}

void apply_clock(Ticket& ticket, const Event& event) {
  if (!event.clock) return;
  auto& clock = ticket.clocks.at(static_cast<std::size_t>(*event.clock));
  if (event.kind == EventKind::warned) clock.warned = true;
  if (event.kind == EventKind::expired) clock.expired = true;
  if (clock.stopped) return;
  const bool standing = clock.paused_at(event.at);
  if (event.kind == EventKind::resumed && standing) clock.pauses.back().resumed = event.at;
  if (event.kind == EventKind::paused && !standing && event.until && *event.until > event.at) {
    clock.pauses.push_back({event.at, *event.until, event.note, event.by, std::nullopt});
  }
}

void apply_notice(Ticket& ticket, const Event& event) {
  if (event.kind == EventKind::dispatched) ticket.dispatched = event.party;
  if (event.kind == EventKind::noticed && event.party == "company") ticket.majors_told = true;
}

}  // namespace

std::string_view name(TicketState state) {
  for (const auto& [known, text] : states) {
    if (known == state) return text;
  }
  return "?";
}

std::optional<TicketState> ticket_state_from(std::string_view name) {
  for (const auto& [known, text] : states) {
    if (text == name) return known;
  }
  return std::nullopt;
}

TicketState Ticket::state() const {
  // A bridge hides the fault: that it is no longer measured is no repair.
  if (work == TicketState::closed || work == TicketState::bridged || measured()) return work;
  return TicketState::recovered;
}

void apply(Ticket& ticket, const Event& event) {
  switch (event.kind) {
    case EventKind::reported: apply_report(ticket, event); break;
    case EventKind::acknowledged: apply_work(ticket, event, TicketState::acknowledged); break;
    case EventKind::remote_started: apply_work(ticket, event, TicketState::remote); break;
    case EventKind::arrived: apply_work(ticket, event, TicketState::on_site); break;
    case EventKind::resolved: apply_resolved(ticket, event); break;
    case EventKind::paused:
    case EventKind::resumed:
    case EventKind::warned:
    case EventKind::expired: apply_clock(ticket, event); break;
    case EventKind::noticed:
    case EventKind::dispatched: apply_notice(ticket, event); break;
    case EventKind::noted: break;
  }
  ticket.changed_at = std::max(ticket.changed_at, event.at);
}

Ticket replay(std::span<const Event> events) {
  Ticket ticket;
  for (const auto& event : events) apply(ticket, event);
  return ticket;
}

std::vector<Event> due_marks(const Ticket& ticket, WallTime now) {
  std::vector<Event> marks;
  const auto mark = [&](EventKind kind, ClockKind clock) {
    Event event;
    event.kind = kind;
    event.at = now;
    event.clock = clock;
    marks.push_back(std::move(event));
  };
  if (!ticket.open()) return marks;
  for (const auto& clock : ticket.clocks) {
    if (clock.stopped || clock.paused_at(now)) continue;
    if (!clock.warned && now >= clock.warn_at()) mark(EventKind::warned, clock.kind);
    if (!clock.expired && now > clock.due()) mark(EventKind::expired, clock.kind);
  }
  return marks;
}

std::string ticket_number(WallTime opened, std::uint64_t count) {
  const auto date = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(opened)};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "T-%04d-%06llu", static_cast<int>(date.year()),
                static_cast<unsigned long long>(count));
  return text.data();
}

}  // namespace inspect::ticketing
