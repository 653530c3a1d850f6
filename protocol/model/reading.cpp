#include "protocol/model/reading.hpp"

#include <array>

namespace inspect {

namespace {

constexpr std::array<std::string_view, 3> quality_names{"good", "uncertain", "bad"};
constexpr std::array<std::string_view, 9> reason_names{"none", "never_read", "no_answer",   "line", "refused",
                                                       "busy", "bus",        "implausible", "stale"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view wanted) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == wanted) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Quality quality) { return quality_names.at(static_cast<std::size_t>(quality)); }
std::string_view name(Reason reason) { return reason_names.at(static_cast<std::size_t>(reason)); }
std::optional<Quality> quality_from(std::string_view name) { return find<Quality>(quality_names, name); }
std::optional<Reason> reason_from(std::string_view name) { return find<Reason>(reason_names, name); }

Reading as_of(Reading reading, BootTime now) {
  if (reading.quality == Quality::good && now > reading.good_until) {
    reading.quality = Quality::uncertain;
    reading.reason = Reason::stale;
  }
  return reading;
}

}  // namespace inspect
