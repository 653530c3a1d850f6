#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/polling/sink.hpp"
#include "protocol/modbus/frame.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace inspect::tests {

/// Two relay boards, units 1 and 2, on a line at 9600 baud that another master asks: eight coils and two registers
/// each.
inline agent::Site listened_site() {
  agent::Site site;
  site.name = "demo";
  site.buses.push_back({"rs485-1", {}, agent::SerialLine{}, agent::BusMode::listen});
  drivers::Profile profile;
  profile.model = "board";
  for (std::uint16_t i = 0; i < 10; ++i) {
    drivers::PointSpec spec;
    spec.name = "point." + std::to_string(i);
    const bool coil = i < 8;
    spec.map.table = coil ? modbus::Table::coil : modbus::Table::holding_register;
    spec.map.type = coil ? modbus::ValueType::bit : modbus::ValueType::u16;
    spec.map.address = coil ? i : static_cast<std::uint16_t>(100 + i);
    profile.points.push_back(spec);
  }
  site.profiles.push_back(profile);
  for (std::uint32_t device = 0; device < 2; ++device) {
    agent::Device own;
    own.name = "relay-" + std::to_string(device + 1);
    own.unit = static_cast<std::uint8_t>(device + 1);
    own.first_point = PointIndex{device * 10};
    own.point_count = 10;
    site.devices.push_back(own);
    for (std::size_t p = 0; p < 10; ++p) site.points.push_back({DeviceIndex{device}, p});
  }
  return site;
}

/// The master reads the eight coils of a board: 01 01 00 00 00 08 3D CC of the manual, for any unit.
inline modbus::Bytes ask_relays(std::uint8_t unit) { return modbus::encode_rtu({unit, 1, 0, 8, {}}); }

/// Its answer; relay 1 on or off, the others off: 01 01 01 00 51 88.
inline modbus::Bytes relays_are(std::uint8_t unit, bool on) {
  modbus::Bytes frame{unit, 1, 1, static_cast<std::uint8_t>(on ? 1 : 0)};
  const auto crc = modbus::crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  return frame;
}

struct SinkRecorder final : agent::ReadingSink {
  std::vector<Reading> all;
  std::vector<DeviceAttempt> attempts;
  std::vector<std::pair<bool, std::string>> ports;
  std::function<void()> look = [] {};

  void readings(std::span<const Reading> readings) override {
    all.insert(all.end(), readings.begin(), readings.end());
    look();
  }
  void attempt(const DeviceAttempt& attempt) override { attempts.push_back(attempt); }
  void bus_available(BusIndex /*bus*/, bool available, std::string why) override {
    ports.emplace_back(available, std::move(why));
    look();
  }
};

}  // namespace inspect::tests
