#include "firmware-agent/detection/site_plant.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace inspect::agent {

namespace {

using judgement::nowhere;
using judgement::Role;

/// "relay.3" of "relay.3.state": the part a number stands for; empty: the device itself.
std::string_view numbered_part(std::string_view point) {
  for (std::size_t from = 0; from < point.size();) {
    const auto to = std::min(point.find('.', from), point.size());
    const auto word = point.substr(from, to - from);
    const bool digits = std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (digits && !word.empty()) return point.substr(0, to);
    from = to + 1;
  }
  return {};
}

class PlantMaker {
 public:
  explicit PlantMaker(const Site& site) : site_(site), roles_(site.points.size()), part_of_(site.points.size()) {
    made_.place_of.assign(site.points.size(), nowhere);
  }

  SitePlant make() {
    for (const auto& bus : site_.buses) component(bus.name);
    for (const auto& device : site_.devices) add_device(device);
    for (std::size_t i = 0; i < site_.points.size(); ++i) {
      roles_[i] = site_.spec(PointIndex(i)).quantity;
      part_of_[i] = PointIndex(i);
    }
    for (const auto& watch : site_.watches) {
      if (watch.rule.detector != Detector::mismatch || !watch.against) continue;
      roles_[at(watch.point)] = Role::feedback;
      roles_[at(*watch.against)] = Role::command;
      part_of_[at(watch.point)] = *watch.against;
    }
    for (std::size_t i = 0; i < site_.points.size() && made_.point_of.size() < nowhere - 1U; ++i) add_point(i);
    for (const auto& watch : site_.watches) limit(watch);
    for (auto& point : made_.plant.points) {
      if (std::isfinite(point.low) && std::isfinite(point.high)) point.nominal = 0.5 * (point.low + point.high);
    }
    return std::move(made_);
  }

 private:
  std::uint16_t component(const std::string& name) {
    auto& plant = made_.plant;
    if (const auto known = plant.component(name); known != nowhere) return known;
    if (plant.components.size() >= nowhere - 1U) return nowhere;
    plant.components.push_back({name, nowhere, nowhere, {}});
    return static_cast<std::uint16_t>(plant.components.size() - 1);
  }

  void add_device(const Device& device) {
    const auto own = component(device.name);
    const auto supply = device.supply.empty() ? nowhere : component(device.supply);
    if (own == nowhere) return;
    made_.plant.components[own].linked_by = component(site_.buses[at(device.bus)].name);
    if (supply != own) made_.plant.components[own].powered_by = supply;
  }

  std::uint16_t part(PointIndex point) {
    const auto& device = site_.device_of(point);
    const auto own = component(device.name);
    const auto numbered = numbered_part(site_.spec(point).name);
    if (numbered.empty()) return own;
    const auto one = component(device.name + "/" + std::string(numbered));
    if (one != nowhere) made_.plant.components[one].powered_by = own;
    return one;
  }

  void add_point(std::size_t i) {
    if (roles_[i] == Role::other) return;
    const auto id = static_cast<std::uint16_t>(made_.point_of.size());
    judgement::Point point;
    point.device = site_.device_of(PointIndex(i)).name;
    point.name = site_.spec(PointIndex(i)).name;
    point.role = roles_[i];
    point.component = part(part_of_[i]);
    if (point.component == nowhere) return;
    made_.plant.components[point.component].points.push_back(id);
    made_.plant.points.push_back(std::move(point));
    made_.place_of[i] = id;
    made_.point_of.push_back(PointIndex(i));
  }

  void limit(const Watch& watch) {
    const auto place = made_.place_of[at(watch.point)];
    if (place == nowhere || watch.rule.detector != Detector::limit) return;
    // Judgement knows by itself when an output is told to be off; any other condition it does not know.
    const bool of_switch = watch.against && roles_[at(*watch.against)] == Role::command;
    if (watch.rule.only_above && !of_switch) return;
    auto& point = made_.plant.points[place];
    if (watch.rule.low) point.low = std::max(point.low, *watch.rule.low);
    if (watch.rule.high) point.high = std::min(point.high, *watch.rule.high);
  }

  const Site& site_;
  SitePlant made_;
  std::vector<Role> roles_;
  std::vector<PointIndex> part_of_;  ///< the point whose part it is told of: a feedback goes with its command
};

}  // namespace

SitePlant plant_of(const Site& site) { return PlantMaker(site).make(); }

}  // namespace inspect::agent
