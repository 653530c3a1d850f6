// What a simulated person does to a device: turn knobs, break and mend.
#include "drivers/simulator/device.hpp"

#include <algorithm>

namespace inspect::sim {

std::optional<std::size_t> Device::index(const std::string& point) const {
  const auto& points = setup_.profile.points;
  const auto found = std::find_if(points.begin(), points.end(), [&](const auto& each) { return each.name == point; });
  if (found == points.end()) return std::nullopt;
  return static_cast<std::size_t>(found - points.begin());
}

Error Device::no_such(const std::string& point) const {
  std::string known;
  for (const auto& each : setup_.profile.points) known += (known.empty() ? "" : ", ") + each.name;
  return fail(Errc::invalid_argument,
              setup_.name + " (" + setup_.profile.model + ") has no point \"" + point + "\"; it has: " + known);
}

double Device::value(const std::string& point, BootTime now) {
  const auto at = index(point);
  if (!at) return 0;
  if (!on_modbus()) return now_at(*at, now);
  refresh(now);
  return decode(tables_, setup_.profile.points[*at].map);
}

Result<void> Device::set(const std::string& point, double value, BootTime now) {
  const auto at = index(point);
  if (!at) return no_such(point);
  auto& place = places_[*at];
  place.stuck.reset();
  if (place.relay) {
    order(relays_[*place.relay], value != 0, now);
  } else {
    place.signal.set(value, now);
  }
  return boost::system::in_place_value;
}

void Device::follow(const std::string& point, double value, BootTime now) {
  if (const auto at = index(point)) places_[*at].signal.set(value, now);
}

Result<void> Device::drift(const std::string& point, double per_minute, BootTime now) {
  const auto at = index(point);
  if (!at) return no_such(point);
  if (places_[*at].relay || setup_.profile.points[*at].map.type == modbus::ValueType::bit) {
    return fail(Errc::invalid_argument, point + " is a state and cannot drift; try \"set " + setup_.name + " " + point +
                                            " 1\" or \"break " + setup_.name + " stuck " + point + "\"");
  }
  places_[*at].signal.drift(per_minute, now);
  return boost::system::in_place_value;
}

Result<void> Device::stick(const std::string& point, BootTime now) {
  const auto at = index(point);
  if (!at && !point.empty()) return no_such(point);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!at || *at == i) places_[i].stuck = now_at(i, now);
  }
  return boost::system::in_place_value;
}

Result<void> Device::unstick(const std::string& point) {
  const auto at = index(point);
  if (!at && !point.empty()) return no_such(point);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!at || *at == i) places_[i].stuck.reset();
  }
  return boost::system::in_place_value;
}

/// Orders given to the relays stand: mending a contact is no order.
void Device::mend(BootTime now) {
  faults_.clear();
  for (auto& each : relays_) each.mend(now);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].stuck.reset();
    const auto& point = setup_.profile.points[i];
    const bool knob = point.role == drivers::Role::setting || point.role == drivers::Role::command;
    if (places_[i].relay || knob) continue;
    const auto level = setup_.values.find(point.name);
    places_[i].signal.set(level == setup_.values.end() ? healthy(setup_.profile, point) : level->second, now);
    places_[i].signal.per_minute = usual_growth(point);
  }
}

std::vector<std::string> Device::stuck() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].stuck) names.push_back(setup_.profile.points[i].name);
  }
  return names;
}

std::vector<std::string> Device::drifting() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto& point = setup_.profile.points[i];
    if (places_[i].signal.per_minute != usual_growth(point)) names.push_back(point.name);
  }
  return names;
}

void Device::order(Relay& relay, bool on, BootTime now) { relay.order(on, now); }

}  // namespace inspect::sim
