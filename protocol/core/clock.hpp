#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect {

/// CLOCK_BOOTTIME: runs through suspend, is never set. Ages, deadlines and back-off use it alone.
/// It has no now(): the pure parts are given the time; only a shell reads the clock.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

/// The wall clock dates things for people and decides nothing.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// How far the wall clock can be believed (reference: a gateway has no battery clock).
enum class ClockTrust : std::uint8_t {
  none,   ///< nothing known, e.g. 1970
  floor,  ///< not before the build or the last time written down
  rtc,    ///< a hardware clock kept it
  ntp,    ///< synchronised
};

std::string_view name(ClockTrust trust);
std::optional<ClockTrust> clock_trust_from(std::string_view name);

/// One instant on both clocks.
struct Moment {
  BootTime boot{};
  WallTime wall{};
  ClockTrust trust = ClockTrust::none;

  friend bool operator==(const Moment&, const Moment&) = default;
};

/// RFC 3339, UTC, milliseconds: "2026-11-24T08:00:00.000Z".
std::string rfc3339(WallTime time);
/// The reverse; accepts "Z" or a numeric offset and 0–9 fraction digits. Nothing on anything else.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace inspect
