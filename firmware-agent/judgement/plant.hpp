#pragma once

#include "protocol/model/quantity.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::judgement {

/// What a point tells.
using Role = Quantity;
/// "output_voltage", as the tables of a record spell it; `other` for an unknown word.
Role role_from(std::string_view name);

inline constexpr std::uint16_t nowhere = 0xFFFF;

struct Point {
  std::string device;
  std::string name;
  Role role = Role::other;
  double nominal = 0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::uint16_t component = nowhere;
};

/// What a technician replaces.
struct Component {
  std::string name;
  std::uint16_t powered_by = nowhere;
  std::uint16_t linked_by = nowhere;
  std::vector<std::uint16_t> points;
};

/// Who is there, what hangs behind whom, and how far each quantity may go.
struct Plant {
  std::vector<Point> points;
  std::vector<Component> components;

  [[nodiscard]] std::uint16_t component(std::string_view name) const;
  /// The component's point of that role, or `nowhere`.
  [[nodiscard]] std::uint16_t point(std::uint16_t component, Role role) const;
  /// The link a component is read through: its own, or that of what supplies it. Cycles end
  /// the search.
  [[nodiscard]] std::uint16_t link_of(std::uint16_t component) const;
};

struct Session {
  double start = 0;  ///< seconds since 1970
  double end = 0;
  bool exam = false;  ///< else training
};

struct Maintenance {
  double time = 0;
  std::uint16_t component = nowhere;
};

/// Sessions are known ahead; a maintenance row only from its time on. Both in the order of time.
struct Calendar {
  std::vector<Session> sessions;
  std::vector<Maintenance> maintenance;
  /// Nobody knows when the site is used: each hour is a session, and `sessions` are the exams among them.
  bool hourly = false;
};

}  // namespace inspect::judgement
