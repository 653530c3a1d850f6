#include "firmware-agent/control/lookup.hpp"

#include "firmware-agent/control/refusals.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

std::optional<DeviceIndex> device_named(const Site& site, std::string_view name) {
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    if (site.devices[i].name == name) return DeviceIndex{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

std::optional<PointIndex> point_named(const Site& site, DeviceIndex device, std::string_view name) {
  const auto& owner = site.devices[at(device)];
  for (std::size_t i = 0; i < owner.point_count; ++i) {
    const PointIndex point{static_cast<std::uint32_t>(at(owner.first_point) + i)};
    if (site.spec(point).name == name) return point;
  }
  return std::nullopt;
}

/// Without its last "/…".
std::string_view without_occurrence(std::string_view id) { return id.substr(0, id.rfind('/')); }

}  // namespace

Found<Target> find_target(const Site& site, std::string_view text) {
  Target target;
  if (text.empty()) return target;
  const auto slash = text.find('/');
  target.device = device_named(site, text.substr(0, slash));
  if (!target.device) return no_device(text.substr(0, slash));
  if (slash == std::string_view::npos) return target;
  target.point = point_named(site, *target.device, text.substr(slash + 1));
  if (!target.point) return no_point(text);
  return target;
}

std::optional<BusIndex> find_bus(const Site& site, std::string_view name) {
  for (std::size_t i = 0; i < site.buses.size(); ++i) {
    if (site.buses[i].name == name) return BusIndex(i);
  }
  return std::nullopt;
}

std::vector<PointIndex> points_of(const Site& site, const Target& target) {
  if (target.point) return {*target.point};
  std::size_t first = 0;
  std::size_t count = site.points.size();
  if (target.device) {
    const auto& device = site.devices[at(*target.device)];
    first = at(device.first_point);
    count = device.point_count;
  }
  std::vector<PointIndex> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) points.emplace_back(PointIndex{static_cast<std::uint32_t>(first + i)});
  return points;
}

Found<Finding> find_finding(std::span<const Finding> among, const Site& site, std::string_view id) {
  const auto with_site = site.name + '/' + std::string(id);
  const Finding* loose = nullptr;
  std::size_t loose_count = 0;
  for (const auto& finding : among) {
    const auto own = to_string(finding.id);
    if (own == id || own == with_site) return finding;
    if (without_occurrence(own) == id || without_occurrence(own) == with_site) {
      loose = &finding;
      ++loose_count;
    }
  }
  if (loose_count == 1) return *loose;
  return no_finding(id, loose_count);
}

bool concerns(const Site& site, const Target& target, const FindingId& id) {
  if (!target.device) return true;
  const auto& device = site.devices[at(*target.device)];
  if (id.device == site.buses[at(device.bus)].name) return true;
  if (id.device != device.name) return false;
  return !target.point || id.point.empty() || id.point == site.spec(*target.point).name;
}

}  // namespace inspect::agent
