#pragma once

#include "tests/drivers/simulator/fixtures.hpp"

namespace inspect::tests {

// HID 1.11, 7.2: SET_REPORT and GET_REPORT of feature report 0.
inline constexpr usb::ControlRequest set_report{0x21, 0x09, 0x0300, 0, 8};
inline constexpr usb::ControlRequest get_report{0xA1, 0x01, 0x0300, 0, 8};

/// A board like the dcttech-4.
inline sim::DeviceSetup usb_board(std::string name, std::string line) {
  drivers::Profile profile;
  profile.model = "dcttech-4";
  profile.driver = drivers::DriverKind::hid_relay;
  profile.relay.emplace();
  profile.relay->channels = 4;
  profile.relay->state = usb::RelayState::feature;
  for (int i = 1; i <= 4; ++i) {
    profile.points.push_back(
        point("relay." + std::to_string(i) + ".command", modbus::Table::coil, 0, drivers::Role::command));
  }
  auto setup = device(std::move(name), std::move(line), 1, std::move(profile));
  setup.serial = "HURTM";
  return setup;
}

inline sim::DeviceSetup usb_meter(std::string name, std::string line) {
  drivers::Profile profile;
  profile.model = "st5540";
  profile.driver = drivers::DriverKind::usbtmc_tester;
  profile.tester.emplace();
  profile.tester->maker = "HIOKI";
  profile.tester->model = "ST5540";
  auto setup = device(std::move(name), std::move(line), 1, std::move(profile));
  setup.serial = "SN42";
  return setup;
}

/// A board at USB port 1-1 and an instrument at 1-2, beside the small site.
inline sim::SiteSetup usb_site() {
  auto setup = small_site();
  setup.lines.push_back(line("usb-1", sim::LineKind::usb));
  setup.lines.back().usb = "1-1";
  setup.lines.push_back(line("usb-2", sim::LineKind::usb));
  setup.lines.back().usb = "1-2";
  setup.devices.push_back(usb_board("board", "usb-1"));
  setup.devices.push_back(usb_meter("meter", "usb-2"));
  return setup;
}

}  // namespace inspect::tests
