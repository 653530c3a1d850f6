#pragma once

#include "drivers/modbus_device/point_value.hpp"
#include "drivers/profiles/profile.hpp"
#include "protocol/core/error.hpp"
#include "protocol/modbus/heard.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace inspect::drivers {

/// What another master's question to a device came to.
struct OverheardOutcome {
  std::optional<Error> failure;    ///< nothing when the device answered
  std::vector<PointValue> values;  ///< of the points that the question covers; on a failure not good, with the reason
};

/// A Modbus device that somebody else asks: takes readings from what passes on the line, by the same profile. Pure; it
/// asks nothing and cannot.
class OverheardDevice {
 public:
  /// `profile` must outlive it.
  OverheardDevice(std::uint8_t unit, const Profile& profile) : unit_(unit), profile_(profile) {}

  [[nodiscard]] std::uint8_t unit() const { return unit_; }

  /// What `heard` tells of this device; nothing when it is no end of a question to it, or proves nothing: writes, whose
  /// answer is the same bytes as the question, so that a question asked again looks like an answer.
  ///
  /// A refusal of registers that the profile does not know is the master's mistake and shows only that the device
  /// lives. An answer in doubt (see Heard::doubtful) gives no values and shows the same.
  [[nodiscard]] std::optional<OverheardOutcome> take(const modbus::Heard& heard) const;

  /// The profile's points that lie wholly in what a read asks for.
  [[nodiscard]] std::vector<std::size_t> covered(const modbus::Request& read) const;

 private:
  std::uint8_t unit_;
  const Profile& profile_;
};

}  // namespace inspect::drivers
