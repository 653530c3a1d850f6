#include "protocol/model/health.hpp"

#include <array>

namespace inspect {

namespace {
constexpr std::array<std::string_view, 4> device_names{"unknown", "active", "degraded", "dormant"};
constexpr std::array<std::string_view, 4> bus_names{"unknown", "up", "silent", "unavailable"};
}  // namespace

std::string_view name(DeviceHealth health) { return device_names.at(static_cast<std::size_t>(health)); }
std::string_view name(BusHealth health) { return bus_names.at(static_cast<std::size_t>(health)); }

std::optional<DeviceHealth> device_health_from(std::string_view name) {
  for (std::size_t i = 0; i < device_names.size(); ++i) {
    if (device_names[i] == name) return static_cast<DeviceHealth>(i);
  }
  return std::nullopt;
}

std::optional<BusHealth> bus_health_from(std::string_view name) {
  for (std::size_t i = 0; i < bus_names.size(); ++i) {
    if (bus_names[i] == name) return static_cast<BusHealth>(i);
  }
  return std::nullopt;
}

}  // namespace inspect
