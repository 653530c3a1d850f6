#include "drivers/simulator/usb_face.hpp"

#include "tests/drivers/simulator/usb_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using tests::at_ms;
using tests::get_report;
using tests::set_report;

namespace {

struct Shown {
  sim::Device device{tests::usb_board("board", "usb-1"), 7, at_ms(0)};
  sim::UsbFace face{device};

  unsigned bits(std::int64_t ms) { return face.control(get_report, {}, at_ms(ms)).bytes.at(7); }
  void order(std::uint8_t code, std::uint8_t channel, std::int64_t ms) {
    face.control(set_report, {code, channel, 0, 0, 0, 0, 0, 0}, at_ms(ms));
  }
};

}  // namespace

TEST_CASE("what the host orders moves the device's contact, a little later") {
  Shown shown;
  shown.order(0xFF, 2, 100);
  CHECK(shown.device.relay("relay.2")->ordered);
  CHECK_FALSE(shown.device.relay("relay.2")->contact);
  CHECK(shown.device.advance(at_ms(120)) == std::vector<std::string>{"relay.2"});
  CHECK(shown.device.relay("relay.2")->contact);
  CHECK(shown.device.value("relay.2.command", at_ms(120)) == 1);
  CHECK(shown.device.value("relay.1.command", at_ms(120)) == 0);
}

TEST_CASE("what a person orders at the device is what the host reads") {
  Shown shown;
  shown.device.order(*shown.device.relay("relay.3"), true, at_ms(50));
  CHECK(shown.bits(100) == 0x04);
  shown.order(0xFF, 1, 200);
  CHECK(shown.bits(300) == 0x05);
}

TEST_CASE("a welded contact stays closed, and the latch that the host reads does not know it") {
  Shown shown;
  shown.order(0xFF, 1, 0);
  shown.device.advance(at_ms(20));
  shown.device.relay("relay.1")->weld();
  shown.order(0xFD, 1, 100);
  shown.device.advance(at_ms(200));
  CHECK(shown.device.relay("relay.1")->contact);
  CHECK(shown.bits(300) == 0);
}

TEST_CASE("the device's faults spoil its transfers, and a pulled plug drops its relays") {
  Shown shown;
  shown.device.faults().add({sim::FaultKind::silent});
  CHECK(shown.face.control(get_report, {}, at_ms(0)).how == sim::UsbAnswer::How::hang);
  shown.device.faults().clear();
  shown.order(0xFE, 0, 100);
  shown.device.advance(at_ms(200));
  shown.face.lost_power(at_ms(300));
  shown.device.advance(at_ms(400));
  CHECK(shown.bits(500) == 0);
  CHECK_FALSE(shown.device.relay("relay.1")->contact);
}

TEST_CASE("an instrument says the maker and model of its profile, and the site's serial number") {
  sim::Device device(tests::usb_meter("meter", "usb-2"), 7, at_ms(0));
  sim::UsbFace face(device);
  CHECK(face.model().product_text() == "ST5540");
  // USBTMC 1.0: DEV_DEP_MSG_OUT of 6 bytes with EOM, then REQUEST_DEV_DEP_MSG_IN for up to 64.
  face.out(2, {1, 1, 0xFE, 0, 6, 0, 0, 0, 1, 0, 0, 0, '*', 'I', 'D', 'N', '?', '\n', 0, 0});
  CHECK_FALSE(face.in(0x82, 128));
  face.out(2, {2, 2, 0xFD, 0, 64, 0, 0, 0, 0, 0, 0, 0});
  const auto said = face.in(0x82, 128);
  REQUIRE(said);
  CHECK(std::string(said->bytes.begin() + 12, said->bytes.end()).starts_with("HIOKI,ST5540,SN42,"));
}

TEST_CASE("what cannot be played on USB is named with what can") {
  CHECK_FALSE(sim::why_not_on_usb(tests::usb_board("b", "l").profile));
  auto silent = tests::usb_board("b", "l").profile;
  silent.relay->state = usb::RelayState::none;
  CHECK(sim::why_not_on_usb(silent)->find("dcttech-4") != std::string::npos);
  CHECK(sim::why_not_on_usb(tests::meter()).has_value());
}
