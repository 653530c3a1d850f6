#pragma once

#include "protocol/core/clock.hpp"

namespace inspect::drivers {

/// CLOCK_BOOTTIME now.
BootTime boot_now();

/// Both clocks now, with how far the wall clock can be believed: `ntp` while the kernel says it is synchronised; `rtc`
/// when it is not but the machine has a hardware clock and the date is past the build; `floor` when only the date is
/// past the build; `none` otherwise.
Moment moment_now();

}  // namespace inspect::drivers
