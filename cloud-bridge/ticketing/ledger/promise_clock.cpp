#include "cloud-bridge/ticketing/ledger/promise_clock.hpp"

#include <algorithm>

namespace inspect::ticketing {

using namespace std::chrono_literals;

std::chrono::milliseconds limit_of(ClockKind kind) {
  switch (kind) {
    case ClockKind::response: return 30min;
    case ClockKind::remote: return 4h;
    case ClockKind::on_site: return 12h;
  }
  return 30min;
}

std::string_view name(ClockStatus status) {
  switch (status) {
    case ClockStatus::running: return "running";
    case ClockStatus::warning: return "warning";
    case ClockStatus::paused: return "paused";
    case ClockStatus::overdue: return "overdue";
    case ClockStatus::kept: return "kept";
    case ClockStatus::missed: return "missed";
  }
  return "?";
}

WallTime PromiseClock::due() const {
  auto due = started + limit_of(kind);
  for (const auto& pause : pauses) {
    // What happens after the stop cannot move the promise any more.
    const auto end = stopped ? std::min(pause.end(), *stopped) : pause.end();
    // Nor does a pause that begins when the time has run out bring any of it back.
    if (end > pause.from && pause.from < due) due += end - pause.from;
  }
  return due;
}

WallTime PromiseClock::warn_at() const { return due() - limit_of(kind) / 5; }

bool PromiseClock::paused_at(WallTime now) const {
  return !stopped && std::any_of(pauses.begin(), pauses.end(),
                                 [&](const Pause& pause) { return pause.from <= now && now < pause.end(); });
}

ClockStatus PromiseClock::status(WallTime now) const {
  if (stopped) return *stopped <= due() ? ClockStatus::kept : ClockStatus::missed;
  if (paused_at(now)) return ClockStatus::paused;
  if (now > due()) return ClockStatus::overdue;
  return now >= warn_at() ? ClockStatus::warning : ClockStatus::running;
}

}  // namespace inspect::ticketing
