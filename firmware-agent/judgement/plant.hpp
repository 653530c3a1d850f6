#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::judgement {

/// What a point tells, whatever the site calls it. Judgement goes by this word and never by a name.
enum class Role : std::uint8_t {
  command,
  feedback,
  operate_time,        ///< ms, at each closing
  contact_resistance,  ///< mohm, at closings under load
  cycles,
  output_voltage,
  output_current,
  output_ripple,  ///< mV
  temperature,
  input_voltage,
  leakage_current,  ///< uA
  test_voltage,     ///< 0 while a reference is read
  insulation,       ///< Mohm
  zero,             ///< what is read with the test voltage off
  check_ratio,      ///< built-in load, measured over true
  tester_temperature,
  error_count,  ///< kept by the gateway, so it is read although the link is dead
  latency,      ///< the link itself is tried with it
  other,
};
inline constexpr std::size_t role_count = 19;
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
};

}  // namespace inspect::judgement
