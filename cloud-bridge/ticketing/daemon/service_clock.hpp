#pragma once

#include "protocol/core/clock.hpp"

#include <functional>

namespace inspect::ticketing {

/// The clock the promises run on: the date when the service began and the boot clock since, so that a step of the wall
/// clock moves no deadline; and never before `last`, the newest moment in the ledger, so that time does not run
/// backwards over a restart either.
class ServiceClock {
 public:
  ServiceClock(WallTime wall, BootTime boot, WallTime last) : base_(std::max(wall, last)), boot_(boot) {}

  [[nodiscard]] WallTime at(BootTime boot) const {
    return base_ + std::chrono::duration_cast<std::chrono::milliseconds>(boot - boot_);
  }

 private:
  WallTime base_;
  BootTime boot_;
};

/// The machine's clocks; only shells read them.
BootTime boot_now();
WallTime wall_now();

}  // namespace inspect::ticketing
