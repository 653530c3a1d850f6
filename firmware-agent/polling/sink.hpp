#pragma once

#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"

#include <span>
#include <string>

namespace inspect::agent {

/// Where a poller hands on what it learned: per block, at once, on the loop. Never blocks, never fails.
class ReadingSink {
 public:
  virtual ~ReadingSink() = default;

  /// The readings of one block, good or bad, all measured at the same instant.
  virtual void readings(std::span<const Reading> readings) = 0;
  /// How one question ended; comes before the readings of the same block.
  virtual void attempt(const DeviceAttempt& attempt) = 0;
  /// The port of a bus was lost (with the reason) or is there again.
  virtual void bus_available(BusIndex bus, bool available, std::string why) = 0;
};

}  // namespace inspect::agent
