#pragma once

#include "protocol/core/text.hpp"
#include "protocol/modbus/point_map.hpp"
#include "protocol/model/rule.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspect::drivers {

enum class Parity : std::uint8_t { none, even, odd };

/// How the line is set when the site says nothing else.
struct SerialDefaults {
  std::uint32_t baud = 9600;
  Parity parity = Parity::none;
  std::uint8_t stop_bits = 1;
  std::uint8_t unit = 1;  ///< as it leaves the factory
};

/// What a point is for; the agent reads states and measures every cycle, the others seldom.
enum class Role : std::uint8_t {
  measure,   ///< a quantity
  state,     ///< what is: a contact, an input, a status bit
  command,   ///< what was ordered: a relay board's output latch
  setting,   ///< changes only when somebody changes it
  identity,  ///< model, firmware, serial number
};

/// One named value of a device.
struct PointSpec {
  std::string name;  ///< dotted, lower case: "output.voltage", "relay.3.state"
  Text title;
  modbus::PointMap map;
  std::string unit;  ///< SenML or UCUM: "V", "mA", "Cel"; empty for states
  Role role = Role::measure;
  std::chrono::milliseconds period{1000};
  std::optional<double> lowest;  ///< plausible range; outside it the reading is bad: implausible
  std::optional<double> highest;
  double deadband = 0;                    ///< a change up to this does not travel to the centre
  std::chrono::seconds longest_age{900};  ///< it travels at least this often all the same
};

/// Something that can be ordered, and why that is not as simple as it looks. Nothing writes yet without a permit.
struct ActionSpec {
  std::string name;  ///< "relay.3.on"
  Text title;
  std::uint8_t function = 0;  ///< Modbus function code 5, 6, 15, 16
  std::uint16_t address = 0;
  std::vector<std::uint16_t> values;  ///< as on the wire
  Text trap;                          ///< what goes wrong if it is used without knowing; empty: nothing known
  std::string readback;               ///< the point that must show it; empty: it cannot be read back
};

/// A part of a device's make-up that cannot be seen with the quantities it has: said, not hidden.
struct BlindSpot {
  std::string kind;  ///< kind of fault in the catalogue
  Text why;
};

/// How a device is known to be what the site says it is.
struct IdentitySpec {
  std::string point;           ///< a point that holds a known constant
  std::vector<double> values;  ///< any of these
};

/// Everything the product knows of one model. A new Modbus model is one such file and no C++.
struct Profile {
  std::string model;  ///< the file's name without ".toml": "pzem-017"
  std::string maker;
  Text title;
  std::vector<std::string> sources;
  std::optional<SerialDefaults> serial;   ///< nothing: not on a serial line
  std::optional<std::uint16_t> tcp_port;  ///< nothing: no Modbus TCP
  std::optional<IdentitySpec> identity;
  modbus::DeviceLimits limits;
  std::vector<PointSpec> points;
  std::vector<Rule> rules;
  std::vector<ActionSpec> actions;
  std::vector<BlindSpot> blind_spots;
};

}  // namespace inspect::drivers
