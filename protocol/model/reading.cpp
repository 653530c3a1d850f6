#include "protocol/model/reading.hpp"

#include <array>
#include <cmath>
#include <cstdio>

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

std::string quantity_text(double value, std::string_view unit) {
  constexpr double last_exact = 9007199254740992;  // 2^53
  std::array<char, 32> buffer{};
  const auto size = std::abs(value);
  std::snprintf(buffer.data(), buffer.size(), size >= 1e6 && size <= last_exact ? "%.0f" : "%.6g", value);
  const auto sign = unit == "Cel" ? "°C" : unit == "Ohm" ? "Ω" : unit == "%RH" ? "%" : unit == "1" ? "" : unit;
  return sign.empty() ? buffer.data() : std::string(buffer.data()).append(1, ' ').append(sign);
}

Reading as_of(Reading reading, BootTime now) {
  if (reading.quality == Quality::good && now > reading.good_until) {
    reading.quality = Quality::uncertain;
    reading.reason = Reason::stale;
  }
  return reading;
}

}  // namespace inspect
