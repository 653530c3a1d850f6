#include "drivers/simulator/usb_standard.hpp"

#include "drivers/simulator/usb_meter.hpp"
#include "drivers/simulator/usb_relay.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using sim::UsbAnswer;
using usb::Bytes;

namespace {

std::optional<UsbAnswer> ask(const sim::UsbModel& model, std::uint8_t type, std::uint8_t request, std::uint16_t value) {
  return sim::standard_answer(model, {type, request, value, 0, 255});
}
Bytes descriptor(const sim::UsbModel& model, std::uint16_t value) { return ask(model, 0x80, 6, value)->bytes; }

}  // namespace

TEST_CASE("a board tells a host what sysfs shows of a real one") {
  const sim::RelayModel board(4, "HURTM");
  // lsusb of a USBRelay4, and USB 2.0 table 9-8: 18 bytes, low speed's 8-byte packets, 16C0:05DF.
  const auto device = descriptor(board, 0x0100);
  REQUIRE(device.size() == 18);
  CHECK(Bytes(device.begin(), device.begin() + 12) == Bytes{18, 1, 0x10, 1, 0, 0, 0, 8, 0xC0, 0x16, 0xDF, 0x05});
  const auto configuration = descriptor(board, 0x0200);
  REQUIRE(configuration.size() == 34);
  CHECK(configuration[2] == 34);  // wTotalLength: 9 + 9 + 9 + 7
  CHECK(configuration[14] == 3);  // HID
}

TEST_CASE("texts are UTF-16 with their length in front, and a text that is not there is a STALL") {
  const sim::RelayModel board(2, "HURTM");
  CHECK(descriptor(board, 0x0300) == Bytes{4, 3, 9, 4});
  const auto product = descriptor(board, 0x0302);
  REQUIRE(product.size() == 2 + 2 * 9);
  CHECK(Bytes(product.begin(), product.begin() + 6) == Bytes{20, 3, 'U', 0, 'S', 0});
  CHECK(ask(board, 0x80, 6, 0x0303)->how == UsbAnswer::How::stall);
  const sim::MeterModel meter("SN42");
  CHECK(descriptor(meter, 0x0303) == Bytes{10, 3, 'S', 0, 'N', 0, '4', 0, '2', 0});
}

TEST_CASE("the descriptor of a board's reports is as long as its HID descriptor says, and ends what it opens") {
  const sim::RelayModel board(4, "HURTM");
  const auto report = ask(board, 0x81, 6, 0x2200)->bytes;
  const auto configuration = descriptor(board, 0x0200);
  CHECK(report.size() == configuration[18 + 7]);
  CHECK(report.back() == 0xC0);
  CHECK(ask(sim::MeterModel("SN42"), 0x81, 6, 0x2200)->how == UsbAnswer::How::stall);
}

TEST_CASE("a host may set addresses and configurations, and what is no standard request is the firmware's") {
  const sim::MeterModel meter("SN42");
  CHECK(ask(meter, 0x00, 5, 7)->how == UsbAnswer::How::ack);
  CHECK(ask(meter, 0x00, 9, 1)->how == UsbAnswer::How::ack);
  CHECK(ask(meter, 0x80, 8, 0)->bytes == Bytes{1});
  CHECK(ask(meter, 0x80, 0, 0)->bytes == Bytes{0, 0});
  CHECK_FALSE(ask(meter, 0xA1, 7, 0).has_value());
  CHECK_FALSE(ask(meter, 0x21, 9, 0).has_value());
}
