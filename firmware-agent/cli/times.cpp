#include "firmware-agent/cli/times.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace inspect::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t longest_span = 400 * day;

std::int64_t unit_of(char letter) {
  switch (letter) {
    case 's': return second;
    case 'm': return minute;
    case 'h': return hour;
    case 'd': return day;
    default: return 0;
  }
}

/// The C library knows the time zone of the machine and its history.
std::tm broken_down(WallTime time) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(const std::tm& parts, const char* format) {
  std::array<char, 64> buffer{};
  const auto length = std::strftime(buffer.data(), buffer.size(), format, &parts);
  return {buffer.data(), length};
}

std::optional<WallTime> from_local(std::tm parts) {
  parts.tm_isdst = -1;
  const auto wanted = parts;
  const auto seconds = std::mktime(&parts);
  // mktime moves 25:61 on to the next day instead of refusing it.
  const bool kept = parts.tm_mday == wanted.tm_mday && parts.tm_hour == wanted.tm_hour &&
                    parts.tm_min == wanted.tm_min && parts.tm_mon == wanted.tm_mon;
  if (seconds == -1 || !kept) return std::nullopt;
  return WallTime{std::chrono::seconds(seconds)};
}

std::optional<WallTime> parse_local(std::string_view text, WallTime now) {
  const std::string copy(text);
  auto parts = broken_down(now);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  for (const auto* format : {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%H:%M"}) {
    auto read = parts;
    const auto* end = strptime(copy.c_str(), format, &read);
    if (end != nullptr && *end == '\0') return from_local(read);
  }
  return std::nullopt;
}

std::string two(std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
  const auto head = std::to_string(big) + ' ' + big_unit;
  return small == 0 ? head : head + ' ' + std::to_string(small) + ' ' + small_unit;
}

}  // namespace

std::optional<milliseconds> parse_span(std::string_view text) {
  std::int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    const auto unit = text.empty() ? 0 : unit_of(text.front());
    if (status != std::errc{} || number < 0 || unit == 0 || number > longest_span / unit) return std::nullopt;
    total += number * unit;
    if (total > longest_span) return std::nullopt;
    text.remove_prefix(1);
  }
  return milliseconds(total);
}

std::optional<WallTime> parse_when(std::string_view text, WallTime now, int direction) {
  if (text == "now") return now;
  if (const auto span = parse_span(text)) return now + *span * direction;
  if (const auto instant = parse_rfc3339(text)) return instant;
  return parse_local(text, now);
}

std::string local_time(WallTime time) { return formatted(broken_down(time), "%Y-%m-%d %H:%M:%S"); }

std::string local_stamp(WallTime time) {
  const auto parts = broken_down(time);
  const auto millis = (time.time_since_epoch().count() % 1000 + 1000) % 1000;
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d", static_cast<int>(millis));
  auto zone = formatted(parts, "%z");
  if (zone.size() == 5) zone.insert(3, ":");
  return formatted(parts, "%Y-%m-%dT%H:%M:%S") + fraction.data() + zone;
}

std::string with_local_times(std::string text) {
  constexpr std::string_view mark = " UTC";
  constexpr std::size_t length = 19;  // "2026-11-24 08:00:05"
  for (auto end = text.find(mark); end != std::string::npos; end = text.find(mark, end + 1)) {
    if (end < length) continue;
    auto instant = text.substr(end - length, length);
    if (instant[10] != ' ') continue;
    instant[10] = 'T';
    const auto time = parse_rfc3339(instant + 'Z');
    if (time) text.replace(end - length, length + mark.size(), local_time(*time));
  }
  return text;
}

std::string span_text(milliseconds span, Language language) {
  const bool zh = language == Language::zh;
  const auto* s = zh ? "秒" : "s";
  const auto* m = zh ? "分" : "min";
  const auto* h = zh ? "小时" : "h";
  const auto* d = zh ? "天" : "d";
  const auto ms = std::max<std::int64_t>(span.count(), 0);
  if (ms < 10 * second) {
    return std::to_string(ms / second) + '.' + std::to_string(ms % second / 100) + ' ' + s;
  }
  if (ms < minute) return std::to_string(ms / second) + ' ' + s;
  if (ms < hour) return two(ms / minute, m, ms % minute / second, s);
  if (ms < day) return two(ms / hour, h, ms % hour / minute, m);
  return two(ms / day, d, ms % day / hour, h);
}

}  // namespace inspect::cli
