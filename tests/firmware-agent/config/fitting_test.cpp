#include "firmware-agent/config/fitting.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using Kind = drivers::DriverKind;

namespace {

struct Fit {
  bool addressed = false;
  bool fits = false;
};

Fit fit(Kind kind, const decltype(Bus::transport)& transport, BusMode mode = BusMode::master) {
  drivers::Profile profile;
  profile.model = "model";
  profile.driver = kind;
  settings::Problems problems("site.toml");
  const bool addressed = check_fit({}, {"bus", {}, transport, mode}, profile, problems);
  return {addressed, problems.empty()};
}

}  // namespace

TEST_CASE("a Modbus device has an address on a serial line and on TCP, and does not hang on USB") {
  CHECK(fit(Kind::modbus, SerialLine{}).fits);
  CHECK(fit(Kind::modbus, SerialLine{}).addressed);
  CHECK(fit(Kind::modbus, TcpEndpoint{}).addressed);
  CHECK_FALSE(fit(Kind::modbus, UsbPort{"1-1"}).fits);
}

TEST_CASE("what is on USB needs a USB port, and what is on a serial port needs one where we may ask") {
  for (const auto kind : {Kind::hid_relay, Kind::usbtmc_tester}) {
    CHECK(fit(kind, UsbPort{"1-1"}).fits);
    CHECK_FALSE(fit(kind, UsbPort{"1-1"}).addressed);
    CHECK_FALSE(fit(kind, SerialLine{}).fits);
    CHECK_FALSE(fit(kind, TcpEndpoint{}).fits);
  }
  for (const auto kind : {Kind::serial_relay, Kind::serial_tester}) {
    CHECK(fit(kind, SerialLine{}).fits);
    CHECK_FALSE(fit(kind, SerialLine{}, BusMode::listen).fits);
    CHECK_FALSE(fit(kind, UsbPort{"1-1"}).fits);
  }
}

TEST_CASE("an instrument that is known by its contacts hangs on no bus") {
  for (const auto& transport : {decltype(Bus::transport)(SerialLine{}), decltype(Bus::transport)(UsbPort{"1-1"})}) {
    CHECK_FALSE(fit(Kind::contact_tester, transport).fits);
  }
}
