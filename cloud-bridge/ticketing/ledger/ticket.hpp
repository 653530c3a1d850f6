#pragma once

#include "cloud-bridge/ticketing/ledger/event.hpp"
#include "cloud-bridge/ticketing/ledger/promise_clock.hpp"

#include <array>
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inspect::ticketing {

enum class TicketState : std::uint8_t {
  fresh,         ///< nobody has taken it
  acknowledged,  ///< a person has
  remote,        ///< worked on from afar
  on_site,       ///< an engineer is there
  recovered,     ///< the fault is no longer measured; stays open until a person gives an outcome
  bridged,       ///< works again with a spare; stays open until the repair is done (S2)
  closed,
};

std::string_view name(TicketState state);
std::optional<TicketState> ticket_state_from(std::string_view name);

/// Place of a report among the reports of one fault: the gateway's database (by when this ticket first heard of it),
/// then the number that database gave. Never the wall clock of a gateway, which nobody vouches for.
struct SiteOrder {
  std::size_t epoch = 0;
  std::uint64_t seq = 0;

  // clang-tidy 14 takes the zero in a defaulted <=> for a pointer.
  friend auto operator<=>(const SiteOrder&, const SiteOrder&) = default;  // NOLINT(modernize-use-nullptr)
};

/// What a ticket knew when a person gave its outcome.
struct Settled {
  SiteOrder top;                 ///< the newest report
  std::uint32_t occurrence = 0;  ///< and which occurrence it told of
};

/// What the ledger says of one fault. Made by replay alone; every member follows from the events.
struct Ticket {
  WallTime opened_at{};
  WallTime changed_at{};
  FaultClass fault_class = FaultClass::preventive;  ///< the gravest any report gave; never falls by itself
  messages::FindingMessage latest;                  ///< the newest report in site order, whenever it arrived
  TicketState work = TicketState::fresh;            ///< what people did; see state()
  std::array<PromiseClock, clock_count> clocks;     ///< of this round
  std::vector<PromiseClock> earlier;                ///< of earlier rounds
  std::uint32_t round = 1;
  std::optional<Outcome> outcome;
  std::optional<WallTime> closed_at;
  std::string owner;       ///< who acknowledged it last
  std::string dispatched;  ///< department it was handed to; empty: still with customer service
  bool majors_told = false;

  std::vector<std::string> epochs;  ///< in the order this ticket heard of them
  std::optional<SiteOrder> newest;  ///< place of `latest`
  std::optional<Settled> settled;   ///< of this round; nothing: no outcome yet

  /// The fault is, as far as the centre was told, measured now.
  [[nodiscard]] bool measured() const { return latest.change.finding.active; }
  [[nodiscard]] TicketState state() const;
  [[nodiscard]] bool open() const { return work != TicketState::closed; }
  [[nodiscard]] const PromiseClock& clock(ClockKind kind) const { return clocks.at(static_cast<std::size_t>(kind)); }
};

/// Adds one event. Total: an event that makes no sense here (a second close, a resume without a pause) changes nothing.
/// Reports commute and repeat without effect: whatever order they come in, the same ticket results.
void apply(Ticket& ticket, const Event& event);

Ticket replay(std::span<const Event> events);

/// Warnings and expiries that are due at `now` and not yet in the ledger.
std::vector<Event> due_marks(const Ticket& ticket, WallTime now);

/// "T-2026-000123": the year in UTC of the opening and the count within it.
std::string ticket_number(WallTime opened, std::uint64_t count);

}  // namespace inspect::ticketing
