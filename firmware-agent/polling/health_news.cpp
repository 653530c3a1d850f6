#include "firmware-agent/polling/health_news.hpp"

#include <algorithm>
#include <utility>

namespace inspect::agent {

std::optional<HealthChange> HealthNews::take(const DeviceAttempt& attempt) {
  auto& health = devices_[at(attempt.device)].health;
  if (health == attempt.health) return std::nullopt;
  return HealthChange{attempt.device, std::exchange(health, attempt.health), attempt.health, attempt.at};
}

std::optional<unsigned> HealthNews::journal(const HealthChange& change) {
  if (!change.tells()) return std::nullopt;
  auto& device = devices_[at(change.device)];
  const auto now = change.at.boot;
  const auto paid = std::max(device.paid_until, now);
  if (paid - now > (journal_burst - 1) * journal_pause) {
    ++device.left_out;
    return std::nullopt;
  }
  device.paid_until = paid + journal_pause;
  return std::exchange(device.left_out, 0);
}

}  // namespace inspect::agent
