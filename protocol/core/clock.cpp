#include "protocol/core/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace inspect {

namespace {

constexpr std::array<std::string_view, 4> trust_names{"none", "floor", "rtc", "ntp"};

/// Reads exactly `digits` decimal digits at `at` and moves on.
bool take_number(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  const auto* end = text.data() + at + digits;
  const auto [stop, status] = std::from_chars(text.data() + at, end, out);
  at += digits;
  return status == std::errc{} && stop == end && out >= 0;
}

bool take_char(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

/// Up to nine fraction digits, kept to the millisecond.
bool take_fraction(std::string_view text, std::size_t& at, std::chrono::milliseconds& out) {
  if (at >= text.size() || text[at] != '.') return true;
  ++at;
  int scale = 100;
  std::size_t digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits, scale /= 10) {
    out += std::chrono::milliseconds((text[at] - '0') * scale);
  }
  return digits >= 1 && digits <= 9;
}

bool take_offset(std::string_view text, std::size_t& at, std::chrono::minutes& out) {
  if (take_char(text, at, 'Z')) return true;
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return false;
  const int sign = text[at++] == '+' ? 1 : -1;
  int hours = 0;
  int minutes = 0;
  const bool read = take_number(text, at, 2, hours) && take_char(text, at, ':') && take_number(text, at, 2, minutes);
  out = std::chrono::minutes(sign * (hours * 60 + minutes));
  return read && hours < 24 && minutes < 60;
}

}  // namespace

std::string_view name(ClockTrust trust) { return trust_names.at(static_cast<std::size_t>(trust)); }

std::optional<ClockTrust> clock_trust_from(std::string_view name) {
  for (std::size_t i = 0; i < trust_names.size(); ++i) {
    if (trust_names[i] == name) return static_cast<ClockTrust>(i);
  }
  return std::nullopt;
}

std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 40> buffer{};
  const int length =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::chrono::milliseconds fraction{0};
  std::chrono::minutes offset{0};
  const bool read = take_number(text, at, 4, year) && take_char(text, at, '-') && take_number(text, at, 2, month) &&
                    take_char(text, at, '-') && take_number(text, at, 2, day) && take_char(text, at, 'T') &&
                    take_number(text, at, 2, hour) && take_char(text, at, ':') && take_number(text, at, 2, minute) &&
                    take_char(text, at, ':') && take_number(text, at, 2, second) && take_fraction(text, at, fraction) &&
                    take_offset(text, at, offset) && at == text.size();
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!read || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return WallTime{std::chrono::sys_days(date)} + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

}  // namespace inspect
