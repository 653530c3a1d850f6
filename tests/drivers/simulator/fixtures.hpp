#pragma once

#include "drivers/simulator/site.hpp"

#include <initializer_list>
#include <string>
#include <vector>

namespace inspect::tests {

using Bytes = std::vector<std::uint8_t>;

inline BootTime at_ms(std::int64_t ms) { return BootTime(std::chrono::milliseconds(1'000'000 + ms)); }

inline drivers::PointSpec point(std::string name, modbus::Table table, std::uint16_t address, drivers::Role role) {
  drivers::PointSpec spec;
  spec.name = std::move(name);
  spec.map.table = table;
  spec.map.address = address;
  spec.map.type = table == modbus::Table::coil || table == modbus::Table::discrete_input ? modbus::ValueType::bit
                                                                                         : modbus::ValueType::u16;
  spec.role = role;
  return spec;
}

/// A board like the WB-MR6C: what was ordered in coils 0…5, what is in inputs 96…101, two inputs at 0 and 1.
inline drivers::Profile relay_board() {
  drivers::Profile profile;
  profile.model = "board";
  for (std::uint16_t i = 0; i < 6; ++i) {
    const auto relay = "relay." + std::to_string(i + 1);
    profile.points.push_back(point(relay + ".command", modbus::Table::coil, i, drivers::Role::command));
    const auto state = static_cast<std::uint16_t>(96 + i);
    profile.points.push_back(point(relay + ".state", modbus::Table::discrete_input, state, drivers::Role::state));
  }
  profile.points.push_back(point("input.1", modbus::Table::discrete_input, 0, drivers::Role::state));
  profile.points.push_back(point("input.2", modbus::Table::discrete_input, 1, drivers::Role::state));
  return profile;
}

/// A meter like the PZEM-017: 0.01 V, 0.01 A, 0.1 W in two registers with the low word first.
inline drivers::Profile meter() {
  drivers::Profile profile;
  profile.model = "meter";
  auto voltage = point("output.voltage", modbus::Table::input_register, 0, drivers::Role::measure);
  voltage.map.scale = 0.01;
  voltage.unit = "V";
  auto current = point("output.current", modbus::Table::input_register, 1, drivers::Role::measure);
  current.map.scale = 0.01;
  current.unit = "A";
  auto power = point("output.power", modbus::Table::input_register, 2, drivers::Role::measure);
  power.map.scale = 0.1;
  power.map.type = modbus::ValueType::u32;
  power.map.order = modbus::WordOrder::low_first;
  power.unit = "W";
  auto energy = point("output.energy", modbus::Table::input_register, 4, drivers::Role::measure);
  energy.map.type = modbus::ValueType::u32;
  energy.map.order = modbus::WordOrder::low_first;
  energy.unit = "Wh";
  profile.points = {voltage,
                    current,
                    power,
                    energy,
                    point("alarm.high", modbus::Table::input_register, 6, drivers::Role::state),
                    point("alarm.low", modbus::Table::input_register, 7, drivers::Role::state),
                    point("address", modbus::Table::holding_register, 2, drivers::Role::setting)};
  return profile;
}

/// A board like the R421A08: commands and states in the same registers 1…8, in different words.
inline drivers::Profile command_board() {
  drivers::Profile profile;
  profile.model = "commands";
  for (std::uint16_t i = 1; i <= 8; ++i) {
    const auto relay = "relay." + std::to_string(i);
    profile.points.push_back(point(relay + ".state", modbus::Table::holding_register, i, drivers::Role::state));
    for (const auto& [verb, value] : {std::pair{".on", 0x0100}, {".off", 0x0200}, {".toggle", 0x0300}}) {
      drivers::ActionSpec action;
      action.name = relay + verb;
      action.function = 6;
      action.address = i;
      action.values = {static_cast<std::uint16_t>(value)};
      action.readback = relay + ".state";
      profile.actions.push_back(action);
    }
  }
  return profile;
}

inline sim::DeviceSetup device(std::string name, std::string line, std::uint8_t unit, drivers::Profile profile) {
  sim::DeviceSetup setup;
  setup.name = std::move(name);
  setup.line = std::move(line);
  setup.unit = unit;
  setup.profile = std::move(profile);
  return setup;
}

inline sim::LineSetup line(std::string name, sim::LineKind kind = sim::LineKind::rtu) {
  sim::LineSetup setup;
  setup.name = std::move(name);
  setup.kind = kind;
  return setup;
}

/// Two lines: a board (unit 21) and a meter (unit 3) on one, a command board (unit 2) on the other; the first contact
/// of the command board is wired to the first input of the board.
inline sim::SiteSetup small_site() {
  sim::SiteSetup setup;
  setup.lines = {line("rs485-1"), line("tcp-1", sim::LineKind::tcp)};
  setup.devices = {device("relay-1", "rs485-1", 21, relay_board()), device("rail-12v", "rs485-1", 3, meter()),
                   device("relay-2", "tcp-1", 2, command_board())};
  setup.wires = {{"relay-2", "relay.1", "relay-1", "input.1", false}};
  return setup;
}

inline sim::Site make_site(sim::SiteSetup setup = small_site()) {
  return sim::Site(std::move(setup), *sim::LibrarySide::make(), at_ms(0));
}

}  // namespace inspect::tests
