#pragma once

#include "protocol/core/error.hpp"
#include "protocol/model/health.hpp"

#include <cstdint>
#include <optional>

namespace inspect::agent {

/// Silences in a row after which a device is dormant. The second question goes out at once, so a dead device is known
/// within one poll and two time-outs, and a single lost frame accuses nobody.
constexpr unsigned silences_to_dormant = 2;

/// Believes of one device what its answers and silences say. An exception is an answer: the device lives. A damaged
/// frame speaks of the line, not of the device. Pure.
class HealthTracker {
 public:
  /// Feeds how a question ended (nothing: answered) and returns what is believed now.
  DeviceHealth take(std::optional<Errc> failure);

  [[nodiscard]] DeviceHealth health() const { return health_; }
  /// Worth asking again at once: it missed one answer and nobody knows yet whether it is gone. After a second miss in
  /// a row its own period is soon enough: asking faster would be a storm on a line, or of connections.
  [[nodiscard]] bool in_doubt() const { return misses_ == 1; }

 private:
  DeviceHealth health_ = DeviceHealth::unknown;
  unsigned silences_ = 0;
  unsigned misses_ = 0;  ///< silences and damaged frames in a row
};

/// Believes of one bus what the attempts on its devices say. Pure.
class BusHealthTracker {
 public:
  explicit BusHealthTracker(std::size_t devices) : devices_(devices) {}

  BusHealth take(std::optional<Errc> failure, std::size_t dormant_devices);
  [[nodiscard]] BusHealth health() const { return health_; }

 private:
  std::size_t devices_;
  BusHealth health_ = BusHealth::unknown;
};

}  // namespace inspect::agent
