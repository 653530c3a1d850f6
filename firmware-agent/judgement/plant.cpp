#include "firmware-agent/judgement/plant.hpp"

#include <algorithm>
#include <array>

namespace inspect::judgement {

Role role_from(std::string_view name) {
  constexpr std::array<std::string_view, role_count - 1> names{
      "command",        "feedback",      "operate_time", "contact_resistance", "cycles",          "output_voltage",
      "output_current", "output_ripple", "temperature",  "input_voltage",      "leakage_current", "test_voltage",
      "insulation",     "zero",          "check_ratio",  "tester_temperature", "error_count",     "latency"};
  const auto* found = std::find(names.begin(), names.end(), name);
  return static_cast<Role>(found - names.begin());
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
