#pragma once

#include "protocol/core/text.hpp"
#include "protocol/modbus/point_map.hpp"
#include "protocol/model/quantity.hpp"
#include "protocol/model/rule.hpp"
#include "protocol/usb/relay_board.hpp"
#include "protocol/usb/tester_words.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::drivers {

enum class Parity : std::uint8_t { none, even, odd };

/// Which driver speaks to a model.
enum class DriverKind : std::uint8_t {
  modbus,
  hid_relay,       ///< relay board on USB, driverless
  serial_relay,    ///< relay board on a serial port
  usbtmc_tester,   ///< instrument on USB
  serial_tester,   ///< instrument on a serial port, lines of text
  contact_tester,  ///< instrument known only by its pass and fail contacts, read by another device's inputs
};
std::string_view name(DriverKind kind);

/// What a USB device shows before anything is asked of it. Empty texts: the device has none, or any will do.
struct UsbIds {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string maker_text;    ///< manufacturer string
  std::string product_text;  ///< product string
  bool textless = false;     ///< the device has no strings at all
};

/// What lets go of a model's outputs when nobody commands it any more.
enum class ReleaseBy : std::uint8_t {
  unsaid,        ///< the profile does not say
  nothing,       ///< they stay as they are: only the power switch releases them
  timed_action,  ///< the board's own timer, when the output was switched on by `Release::action`
  poll_timeout,  ///< the board itself, when it was not asked for so long
  own_timer,     ///< an instrument ends its test by itself
};
std::string_view name(ReleaseBy by);

struct Release {
  ReleaseBy by = ReleaseBy::unsaid;
  std::string action;                   ///< timed_action: switch on with it instead; may hold {n}
  std::chrono::milliseconds within{0};  ///< the shortest that the board can be set to; 0: not known
  Text why;                             ///< what people must know of it
};

/// The contacts of an instrument, for wiring to inputs and to a start relay.
struct ContactSpec {
  bool pass = true;
  bool fail = true;
  bool running = false;
  std::chrono::milliseconds start_pulse{500};
  std::chrono::milliseconds longest{120'000};  ///< neither pass nor fail by then is no verdict
};

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
  Quantity quantity = Quantity::other;  ///< what it tells of the part, for judgement; other: nothing it knows
  std::chrono::milliseconds period{1000};
  std::optional<double> lowest;  ///< plausible range; outside it the reading is bad: implausible
  std::optional<double> highest;
  double deadband = 0;                    ///< a change up to this does not travel to the centre
  std::chrono::seconds longest_age{900};  ///< it travels at least this often all the same
};

/// Something that can be ordered, and why that is not as simple as it looks. Nothing writes without a permit.
struct ActionSpec {
  std::string name;  ///< "relay.3.on"
  Text title;
  std::optional<usb::RelayOrder> relay;  ///< on a relay board that is no Modbus device; then the rest says nothing
  std::optional<usb::TesterJob> job;     ///< on an instrument; likewise
  std::uint8_t function = 0;             ///< Modbus function code 5, 6, 15, 16
  std::uint16_t address = 0;
  std::vector<std::uint16_t> values;  ///< as on the wire
  Text trap;                          ///< what goes wrong if it is used without knowing; empty: nothing known
  std::string readback;               ///< the point that must show it; empty: it cannot be read back
  bool unsafe_if_left = false;        ///< must not stay so when the agent dies: see Release
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
  DriverKind driver = DriverKind::modbus;
  std::string maker;
  Text title;
  std::vector<std::string> sources;
  std::vector<UsbIds> usb;                ///< any of these; an instrument known by its class alone has none
  std::optional<usb::RelayLayout> relay;  ///< relay boards: points and actions follow from it
  std::optional<usb::TesterWords> tester;
  std::optional<ContactSpec> contacts;
  Release release;
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
