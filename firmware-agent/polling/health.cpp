#include "firmware-agent/polling/health.hpp"

#include <algorithm>

namespace inspect::agent {

DeviceHealth HealthTracker::take(std::optional<Errc> failure) {
  if (!failure || failure == Errc::device_busy || failure == Errc::device_refused ||
      failure == Errc::unsupported_point) {
    silences_ = misses_ = 0;
    health_ = DeviceHealth::active;
    return health_;
  }
  if (failure == Errc::timeout || failure == Errc::corrupt_frame) misses_ = std::min(misses_ + 1, 2U);
  if (failure == Errc::timeout) {
    ++silences_;
    health_ = silences_ >= silences_to_dormant ? DeviceHealth::dormant : DeviceHealth::degraded;
  } else if (failure == Errc::corrupt_frame && health_ != DeviceHealth::dormant) {
    health_ = DeviceHealth::degraded;
  }
  return health_;
}

BusHealth BusHealthTracker::take(std::optional<Errc> failure, std::size_t dormant_devices) {
  if (failure == Errc::bus_unavailable) {
    health_ = BusHealth::unavailable;
  } else if (failure == Errc::timeout || failure == Errc::corrupt_frame) {
    if (dormant_devices >= devices_) health_ = BusHealth::silent;
    if (health_ == BusHealth::unavailable) health_ = BusHealth::unknown;
  } else {
    health_ = BusHealth::up;
  }
  return health_;
}

}  // namespace inspect::agent
