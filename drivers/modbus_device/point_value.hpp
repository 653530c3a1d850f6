#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/core/error.hpp"
#include "protocol/modbus/frame.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>

namespace inspect::drivers {

/// One point out of a block; `point` counts in the profile. `value` and `raw` are meaningless when it is bad.
struct PointValue {
  std::size_t point = 0;
  double value = 0;
  std::uint32_t raw = 0;  ///< the bits as they were on the wire
  Quality quality = Quality::bad;
  Reason reason = Reason::never_read;
};

/// What a failure makes of a reading: busy is uncertain, everything else is bad.
Reason reason_of(Errc code);

/// What the answer to `request` says of a point; the request must cover it, and the answer hold its values. What the
/// quantity cannot be by its profile is bad: implausible.
PointValue value_of(const Profile& profile, std::size_t point, const modbus::Request& request,
                    const modbus::Answer& answer);

}  // namespace inspect::drivers
