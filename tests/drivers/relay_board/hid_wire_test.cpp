#include "drivers/relay_board/hid_wire.hpp"
#include "drivers/profiles/load.hpp"
#include "tests/drivers/usb/fake_ports.hpp"
#include "tests/drivers/usb/run.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using inspect::tests::FakePorts;
using inspect::tests::run;

namespace {

struct Played {
  explicit Played(const std::string& model)
      : profile(load_profile("drivers/profiles/" + model + ".toml").value()),
        wire(make_hid_wire(line, *profile.relay)) {
    ports.put(FakePorts::relay("1-1"));
    ports.on_control = [this](const usb::ControlRequest& request, const usb::Bytes& data) -> Result<usb::Bytes> {
      requests.push_back(request);
      sent.push_back(data);
      return answer;
    };
  }

  boost::asio::io_context loop;
  FakePorts ports;
  Profile profile;
  UsbLine line{ports, "1-1", {}};
  std::unique_ptr<RelayWire> wire;
  std::vector<usb::ControlRequest> requests;
  std::vector<usb::Bytes> sent;
  Result<usb::Bytes> answer = usb::Bytes{'H', 'U', 'R', 'T', 'M', 0, 0, 0x05};
};

}  // namespace

TEST_CASE(
    "the state of a dcttech board is read by GET_REPORT of its feature report, with or without the report number") {
  Played played("dcttech-4");
  for (const auto& layout :
       {usb::Bytes{'H', 'U', 'R', 'T', 'M', 0, 0, 0x05}, usb::Bytes{0, 'H', 'U', 'R', 'T', 'M', 0, 0, 0x05}}) {
    played.answer = layout;
    const auto states = run(played.loop, played.wire->states());
    REQUIRE(states.has_value());
    CHECK(states->on == std::vector<bool>{true, false, true, false});
    CHECK(states->id == "HURTM");
  }
  CHECK(played.requests[0].type == 0xA1);
  CHECK(played.requests[0].request == 0x01);
  CHECK(played.requests[0].value == 0x0300);
}

TEST_CASE("an order to a dcttech board is SET_REPORT of its feature report") {
  Played played("dcttech-4");
  REQUIRE(run(played.loop, played.wire->send({0xFF, 2, 0, 0, 0, 0, 0, 0})).has_value());
  CHECK(played.requests[0] == usb::ControlRequest{0x21, 0x09, 0x0300, 0, 8});
  CHECK(played.sent[0] == usb::Bytes{0xFF, 2, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("a board that cannot tell its state says so, but only when it is there") {
  Played played("ucreatefun-hidrelay");
  CHECK(run(played.loop, played.wire->states()).error().code == Errc::unsupported_point);
  CHECK(played.requests.empty());
  played.ports.unplug("1-1");
  CHECK(run(played.loop, played.wire->states()).error().code == Errc::bus_unavailable);
}

TEST_CASE("what the board refuses comes up as it is") {
  Played played("dcttech-4");
  played.answer = fail(Errc::device_refused, "STALL");
  CHECK(run(played.loop, played.wire->states()).error().code == Errc::device_refused);
}
