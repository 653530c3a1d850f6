#include "protocol/model/finding.hpp"

#include <array>
#include <charconv>

namespace inspect {

namespace {

constexpr std::array<std::string_view, 3> class_names{"ordinary", "major", "preventive"};
constexpr std::array<std::string_view, 7> state_names{"normal",  "unacknowledged", "acknowledged",  "returned",
                                                      "shelved", "suppressed",     "out_of_service"};
constexpr std::array<std::string_view, 7> event_names{"opened",       "updated", "returned", "reopened",
                                                      "acknowledged", "shelved", "unshelved"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view wanted) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == wanted) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(FaultClass fault_class) { return class_names.at(static_cast<std::size_t>(fault_class)); }
std::string_view name(AlarmState state) { return state_names.at(static_cast<std::size_t>(state)); }
std::string_view name(FindingEvent event) { return event_names.at(static_cast<std::size_t>(event)); }
std::optional<FaultClass> fault_class_from(std::string_view name) { return find<FaultClass>(class_names, name); }
std::optional<AlarmState> alarm_state_from(std::string_view name) { return find<AlarmState>(state_names, name); }
std::optional<FindingEvent> finding_event_from(std::string_view name) { return find<FindingEvent>(event_names, name); }

std::string to_string(const FindingId& id) {
  return id.site + '/' + id.device + '/' + (id.point.empty() ? "-" : id.point) + '/' + id.kind + '/' +
         std::to_string(id.occurrence);
}

std::optional<FindingId> finding_id_from(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto slash = text.find('/');
    const bool last = i + 1 == parts.size();
    if ((slash == std::string_view::npos) != last || text.empty() || slash == 0) return std::nullopt;
    parts[i] = text.substr(0, slash);
    if (!last) text.remove_prefix(slash + 1);
  }
  FindingId id{std::string(parts[0]), std::string(parts[1]), parts[2] == "-" ? "" : std::string(parts[2]),
               std::string(parts[3]), 0};
  const auto* end = parts[4].data() + parts[4].size();
  const auto [stop, status] = std::from_chars(parts[4].data(), end, id.occurrence);
  if (status != std::errc{} || stop != end || id.occurrence == 0) return std::nullopt;
  return id;
}

}  // namespace inspect
