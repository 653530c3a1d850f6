#pragma once

#include "protocol/core/clock.hpp"

#include <cstdint>
#include <span>

namespace inspect::drivers {

/// Is shown every byte that passes a bus, on the loop, as it passes. Must neither block nor throw.
class Tap {
 public:
  virtual ~Tap() = default;

  /// A question of ours was handed to the port.
  virtual void sent(std::span<const std::uint8_t> bytes, BootTime at) = 0;
  virtual void received(std::span<const std::uint8_t> bytes, BootTime at) = 0;
  /// Our question is over, answered or given up.
  virtual void ended(BootTime at) = 0;
};

}  // namespace inspect::drivers
