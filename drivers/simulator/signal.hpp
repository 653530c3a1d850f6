#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/core/clock.hpp"

#include <cstdint>
#include <optional>

namespace inspect::sim {

/// What stands behind one point that no relay moves: a level, a slope and a little noise.
struct Signal {
  double level = 0;
  double per_minute = 0;  ///< drift
  BootTime since{};       ///< of the drift
  double noise = 0;       ///< at most this much up or down

  /// The value at `now`. Noise changes every 200 ms and depends on nothing but `seed` and the time, so that a run can
  /// be repeated.
  [[nodiscard]] double at(BootTime now, std::uint64_t seed) const;
  void set(double value, BootTime now);
  void drift(double value_per_minute, BootTime now);
};

/// Where a point of this profile stands when nothing is wrong: inside its limits, its identity, or the middle of what
/// is plausible; 0 when nothing is known.
double healthy(const drivers::Profile& profile, const drivers::PointSpec& point);

/// Change per minute of a point that moves by itself: seconds since start.
double usual_growth(const drivers::PointSpec& point);

/// One count, or a thousandth of the value, for what is measured; none for states, settings and counters.
double usual_noise(const drivers::PointSpec& point, double level);

}  // namespace inspect::sim
