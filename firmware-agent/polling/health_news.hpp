#pragma once

#include "protocol/model/health.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace inspect::agent {

/// Notices when what is believed of a device changes, from how its questions end, and spares the journal a device that
/// falls silent and comes back all day. Pure.
class HealthNews {
 public:
  explicit HealthNews(std::size_t devices) : devices_(devices) {}

  /// The change that this attempt led to, once.
  std::optional<HealthChange> take(const DeviceAttempt& attempt);
  /// How many changes of this device were left out of the journal before this one; nothing: this one is, too. A device
  /// may have `journal_burst` lines at once and one more every `journal_pause`.
  std::optional<unsigned> journal(const HealthChange& change);

 private:
  struct Known {
    DeviceHealth health = DeviceHealth::unknown;
    BootTime paid_until{};  ///< lines written so far are paid for by then
    unsigned left_out = 0;
  };
  std::vector<Known> devices_;
};

constexpr unsigned journal_burst = 6;
/// 144 lines a day at most: some 15 kB on the flash.
constexpr std::chrono::minutes journal_pause{10};

}  // namespace inspect::agent
