#include "cloud-bridge/ticketing/ledger/event.hpp"

#include <array>
#include <utility>

namespace inspect::ticketing {

namespace {

template <class Enum, std::size_t n>
using Names = std::array<std::pair<Enum, std::string_view>, n>;

constexpr Names<EventKind, 12> event_kinds{{{EventKind::reported, "reported"},
                                            {EventKind::acknowledged, "acknowledged"},
                                            {EventKind::remote_started, "remote_started"},
                                            {EventKind::arrived, "arrived"},
                                            {EventKind::resolved, "resolved"},
                                            {EventKind::paused, "paused"},
                                            {EventKind::resumed, "resumed"},
                                            {EventKind::noted, "noted"},
                                            {EventKind::noticed, "noticed"},
                                            {EventKind::dispatched, "dispatched"},
                                            {EventKind::warned, "warned"},
                                            {EventKind::expired, "expired"}}};

constexpr Names<ClockKind, clock_count> clocks{
    {{ClockKind::response, "response"}, {ClockKind::remote, "remote"}, {ClockKind::on_site, "on_site"}}};

constexpr Names<Outcome, 4> outcomes{{{Outcome::repaired, "repaired"},
                                      {Outcome::bridged, "bridged"},
                                      {Outcome::replaced, "replaced"},
                                      {Outcome::no_fault_found, "no_fault_found"}}};

template <class Enum, std::size_t n>
std::string_view name_in(const Names<Enum, n>& names, Enum value) {
  for (const auto& [known, text] : names) {
    if (known == value) return text;
  }
  return "?";
}

template <class Enum, std::size_t n>
std::optional<Enum> value_in(const Names<Enum, n>& names, std::string_view name) {
  for (const auto& [known, text] : names) {
    if (text == name) return known;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(EventKind kind) { return name_in(event_kinds, kind); }
std::string_view name(ClockKind clock) { return name_in(clocks, clock); }
std::string_view name(Outcome outcome) { return name_in(outcomes, outcome); }
std::optional<EventKind> event_kind_from(std::string_view name) { return value_in(event_kinds, name); }
std::optional<ClockKind> clock_kind_from(std::string_view name) { return value_in(clocks, name); }
std::optional<Outcome> outcome_from(std::string_view name) { return value_in(outcomes, name); }

}  // namespace inspect::ticketing
