#include "firmware-agent/config/fitting.hpp"

namespace inspect::agent {

bool check_fit(const DeviceDraft& draft, const Bus& bus, const drivers::Profile& profile,
               settings::Problems& problems) {
  using Kind = drivers::DriverKind;
  const bool usb = std::holds_alternative<UsbPort>(bus.transport);
  const bool serial = std::holds_alternative<SerialLine>(bus.transport);
  const auto needs = [&](const Text& what) {
    problems.add(draft.bus.place,
                 {"{1} 不能接在总线 \"{2}\" 上；它需要 {3}", "{1} cannot hang on bus \"{2}\"; it needs {3}"},
                 {profile.model, bus.name, what});
  };
  switch (profile.driver) {
    case Kind::modbus:
      if (usb) needs({"serial 或 tcp", "serial or tcp"});
      return !usb;
    case Kind::hid_relay:
    case Kind::usbtmc_tester:
      if (!usb) needs({"usb = { port = … }", "usb = { port = … }"});
      return false;
    case Kind::serial_relay:
    case Kind::serial_tester:
      if (!serial) needs({"serial = { port = … }", "serial = { port = … }"});
      if (bus.mode == BusMode::listen) needs({"mode = \"master\"", "mode = \"master\""});
      return false;
    case Kind::contact_tester:
      needs({"另一台设备的输入：把触点接到那里，在那里写规则",
             "another device's inputs: wire its contacts there and write the rules there"});
      return false;
  }
  return false;
}

}  // namespace inspect::agent
