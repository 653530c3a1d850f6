#pragma once

#include "cloud-bridge/ticketing/ledger/event.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace inspect::ticketing {

/// 30 minutes, 4 hours, 12 hours (S1), round the clock.
std::chrono::milliseconds limit_of(ClockKind kind);

/// A clock stands still from `from` to `until` or to the moment it was resumed, whichever is earlier: a pause that is
/// forgotten ends at its expected end by itself.
struct Pause {
  WallTime from{};
  WallTime until{};
  std::string reason;
  std::string by;
  std::optional<WallTime> resumed;

  [[nodiscard]] WallTime end() const { return resumed && *resumed < until ? *resumed : until; }
};

enum class ClockStatus : std::uint8_t {
  running,
  warning,  ///< at most a fifth of the time is left
  paused,
  overdue,  ///< expired and still not stopped
  kept,
  missed,  ///< stopped too late
};

std::string_view name(ClockStatus status);

/// One promise. Holds facts only; whether it is kept follows from them and from the time.
struct PromiseClock {
  ClockKind kind = ClockKind::response;
  std::uint32_t round = 1;  ///< a ticket that is opened again starts new clocks
  WallTime started{};
  std::vector<Pause> pauses;
  std::optional<WallTime> stopped;
  EventKind proof = EventKind::acknowledged;  ///< what stopped it, when stopped
  std::string stopped_by;
  bool warned = false;   ///< the ledger holds the warning
  bool expired = false;  ///< the ledger holds the expiry

  /// When it runs out: start, limit, and every pause (one that is going on counts to its expected end).
  [[nodiscard]] WallTime due() const;
  [[nodiscard]] WallTime warn_at() const;
  [[nodiscard]] bool paused_at(WallTime now) const;
  [[nodiscard]] ClockStatus status(WallTime now) const;
};

}  // namespace inspect::ticketing
