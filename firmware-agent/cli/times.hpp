#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::cli {

/// "90s", "15m", "2h30m", "7d"; at least one number with its unit, at most 400 days.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);

/// A span ("2h": before or after `now`, as `direction` −1 or +1 says), "now", an RFC 3339 instant, or local
/// "2026-11-24", "2026-11-24 08:00", "08:00" (today).
std::optional<WallTime> parse_when(std::string_view text, WallTime now, int direction);

/// Local time as people write it: "2026-11-24 16:00:05".
std::string local_time(WallTime time);
/// Local time with its offset, for lines that machines read: "2026-11-24T16:00:05.120+08:00".
std::string local_stamp(WallTime time);
/// The text with each instant in UTC, as the first analysis writes it ("2026-11-24 08:00:05 UTC"), in local time: what
/// stands beside it is local too.
std::string with_local_times(std::string text);

/// Two units at most: "4.2 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
std::string span_text(std::chrono::milliseconds span, Language language);

}  // namespace inspect::cli
