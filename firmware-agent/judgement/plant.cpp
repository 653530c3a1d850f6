#include "firmware-agent/judgement/plant.hpp"

#include <algorithm>

namespace inspect::judgement {

Role role_from(std::string_view word) {
  const auto alike = [](char a, char b) { return a == (b == '-' ? '_' : b); };
  for (std::size_t i = 0; i < quantity_count; ++i) {
    const auto known = name(static_cast<Role>(i));
    if (std::equal(word.begin(), word.end(), known.begin(), known.end(), alike)) return static_cast<Role>(i);
  }
  return Role::other;
}

std::uint16_t Plant::component(std::string_view name) const {
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (components[i].name == name) return static_cast<std::uint16_t>(i);
  }
  return nowhere;
}

std::uint16_t Plant::point(std::uint16_t component, Role role) const {
  for (const auto p : components[component].points) {
    if (points[p].role == role) return p;
  }
  return nowhere;
}

std::uint16_t Plant::link_of(std::uint16_t component) const {
  for (std::size_t steps = 0; component != nowhere && steps <= components.size(); ++steps) {
    if (components[component].linked_by != nowhere) return components[component].linked_by;
    component = components[component].powered_by;
  }
  return nowhere;
}

}  // namespace inspect::judgement
