#pragma once

#include "protocol/core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect {

/// A point's place in the site's list of points: dense, from 0, in the order of the configuration.
enum class PointIndex : std::uint32_t {};
enum class DeviceIndex : std::uint32_t {};
enum class BusIndex : std::uint32_t {};

template <class Index>
constexpr std::size_t at(Index index) {
  return static_cast<std::size_t>(index);
}

enum class Quality : std::uint8_t { good, uncertain, bad };

/// Why a reading is not good. Not answered, refused, implausible and unchanged are four different things.
enum class Reason : std::uint8_t {
  none,
  never_read,   ///< nothing was asked yet
  no_answer,    ///< the device was silent to the deadline
  line,         ///< frames were damaged
  refused,      ///< the device answered with an exception
  busy,         ///< the device asked for time (exceptions 5, 6)
  bus,          ///< the port or connection is not there
  implausible,  ///< outside what the profile says the quantity can be
  stale,        ///< good_until has passed
};

std::string_view name(Quality quality);
std::string_view name(Reason reason);
std::optional<Quality> quality_from(std::string_view name);
std::optional<Reason> reason_from(std::string_view name);

/// One value of one point at one instant. `value` is in the point's unit and meaningless when quality is bad.
struct Reading {
  PointIndex point{};
  double value = 0;
  Quality quality = Quality::bad;
  Reason reason = Reason::never_read;
  Moment measured_at;
  BootTime good_until{};  ///< after this instant the value says "stale", whoever asks

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// "230.1 V", "4123456789", "25 °C": whole numbers to 2^53 exactly, others in the six digits that a float register
/// holds; SenML's and UCUM's codes of units as people write them.
std::string quantity_text(double value, std::string_view unit);

/// The reading as it must be shown at `now`: a good value past its time is uncertain and stale.
Reading as_of(Reading reading, BootTime now);

}  // namespace inspect
