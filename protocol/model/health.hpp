#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"
#include "protocol/model/line_signs.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace inspect {

/// What the poller believes of a device.
enum class DeviceHealth : std::uint8_t {
  unknown,   ///< not asked yet
  active,    ///< answers (an exception is an answer)
  degraded,  ///< missed an answer; asked again at once
  dormant,   ///< silent twice; only probed, within a stated share of the bus
};

enum class BusHealth : std::uint8_t {
  unknown,
  up,           ///< at least one device answered since the last doubt
  silent,       ///< the port is open and no device on it answers
  unavailable,  ///< the port or connection cannot be opened
};

std::string_view name(DeviceHealth health);
std::string_view name(BusHealth health);
std::optional<DeviceHealth> device_health_from(std::string_view name);
std::optional<BusHealth> bus_health_from(std::string_view name);

/// How one question to one device ended; detection tells from these a dead device from a dead line.
struct DeviceAttempt {
  DeviceIndex device{};
  BusIndex bus{};
  Moment at;
  std::optional<Errc> failure;                  ///< nothing when the device answered the question
  DeviceHealth health = DeviceHealth::unknown;  ///< after this attempt
  LineSigns signs{};                            ///< what the wire showed meanwhile
};

/// What is believed of a device became another.
struct HealthChange {
  DeviceIndex device{};
  DeviceHealth before = DeviceHealth::unknown;
  DeviceHealth after = DeviceHealth::unknown;
  Moment at;

  /// Worth a line to a person: it fell silent, or came back. One missed answer, asked again at once, is not.
  [[nodiscard]] bool tells() const { return before == DeviceHealth::dormant || after == DeviceHealth::dormant; }
};

}  // namespace inspect
