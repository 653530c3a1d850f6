#include "drivers/simulator/usbip_wire.hpp"

#include "drivers/simulator/usb_meter.hpp"
#include "drivers/simulator/usb_relay.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect;
using How = sim::UsbAnswer::How;
using usb::Bytes;

namespace {

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// Python: struct.pack(">5I4Ii8s", 1, 7, 0x10001, 1, 0,  0x200, 8, 0, 0xffffffff, 0, bytes.fromhex("a101000300000800"))
const std::string control_in_hex =
    "00000001"
    "00000007"
    "00010001"
    "00000001"
    "00000000"
    "00000200"
    "00000008"
    "00000000"
    "ffffffff"
    "00000000"
    "a101000300000800";
// struct.pack(">5I4Ii8s", 1, 8, 0x10001, 0, 2,  0, 12, 0, 0xffffffff, 0, bytes(8))
const std::string bulk_out_hex =
    "00000001"
    "00000008"
    "00010001"
    "00000000"
    "00000002"
    "00000000"
    "0000000c"
    "00000000"
    "ffffffff"
    "00000000"
    "0000000000000000";
// struct.pack(">6I24s", 2, 9, 0x10001, 0, 0, 7, bytes(24))
const std::string unlink_hex =
    "00000002"
    "00000009"
    "00010001"
    "00000000"
    "00000000"
    "00000007" +
    std::string(48, '0');

std::string spoilt(std::string text, std::size_t byte, const std::string& by) {
  return text.replace(2 * byte, by.size(), by);
}

}  // namespace

TEST_CASE("a control transfer is understood: numbers big-endian, its setup packet little-endian") {
  const auto command = sim::parse_usbip_command(from_hex(control_in_hex));
  REQUIRE(command);
  CHECK_FALSE(command->unlink);
  CHECK(command->seq == 7);
  CHECK(command->in);
  CHECK(command->endpoint == 0);
  CHECK(command->length == 8);
  CHECK(command->setup == usb::ControlRequest{0xA1, 0x01, 0x0300, 0, 8});
}

TEST_CASE("a bulk transfer and one that is taken back are understood") {
  const auto out = sim::parse_usbip_command(from_hex(bulk_out_hex));
  REQUIRE(out);
  CHECK_FALSE(out->in);
  CHECK(out->endpoint == 2);
  CHECK(out->length == 12);
  const auto back = sim::parse_usbip_command(from_hex(unlink_hex));
  REQUIRE(back);
  CHECK(back->unlink);
  CHECK(back->seq == 9);
  CHECK(back->taken_back == 7);
}

TEST_CASE("what no device here can do is no command") {
  CHECK_FALSE(sim::parse_usbip_command(from_hex(control_in_hex.substr(2))));
  CHECK_FALSE(sim::parse_usbip_command(from_hex(spoilt(control_in_hex, 3, "05"))));         // another code
  CHECK_FALSE(sim::parse_usbip_command(from_hex(spoilt(control_in_hex, 16, "00000010"))));  // endpoint 16
  CHECK_FALSE(sim::parse_usbip_command(from_hex(spoilt(control_in_hex, 24, "00010001"))));  // 64 KiB + 1
  CHECK_FALSE(sim::parse_usbip_command(from_hex(spoilt(control_in_hex, 32, "00000004"))));  // isochronous
}

TEST_CASE("an answer carries the transfer's number, its status as Linux has it, and its bytes") {
  const auto command = *sim::parse_usbip_command(from_hex(control_in_hex));
  // struct.pack(">5I4iI8s", 3, 7, 0, 0, 0,  0, 3, 0, -1, 0, bytes(8)) + b"\x01\x02\x03"
  CHECK(sim::usbip_ended(command, {How::ack, {1, 2, 3}}) == from_hex("0000000300000007000000000000000000000000"
                                                                     "00000000"
                                                                     "00000003"
                                                                     "00000000"
                                                                     "ffffffff"
                                                                     "00000000"
                                                                     "0000000000000000"
                                                                     "010203"));
  const auto status = [&](How how) {
    const auto bytes = sim::usbip_ended(command, {how, {1, 2, 3}});
    CHECK(bytes.size() == 48);
    return Bytes(bytes.begin() + 20, bytes.begin() + 28);
  };
  CHECK(status(How::stall) == from_hex("ffffffe000000000"));    // -32 EPIPE
  CHECK(status(How::babble) == from_hex("ffffffb500000000"));   // -75 EOVERFLOW
  CHECK(status(How::damaged) == from_hex("ffffffb900000000"));  // -71 EPROTO
}

TEST_CASE("an answer is never longer than its buffer, and an OUT transfer says how much went") {
  auto command = *sim::parse_usbip_command(from_hex(control_in_hex));
  CHECK(sim::usbip_ended(command, {How::ack, Bytes(100, 1)}).size() == 48 + 8);
  command = *sim::parse_usbip_command(from_hex(bulk_out_hex));
  const auto went = sim::usbip_ended(command, {});
  CHECK(went.size() == 48);
  CHECK(went[27] == 12);
}

TEST_CASE("who takes a transfer back learns whether it was still on its way") {
  // struct.pack(">5Ii24s", 4, 9, 0, 0, 0, -104, bytes(24))
  const auto in_time = sim::usbip_unlinked(9, true);
  REQUIRE(in_time.size() == 48);
  CHECK(Bytes(in_time.begin(), in_time.begin() + 24) == from_hex("0000000400000009000000000000000000000000"
                                                                 "ffffff98"));
  const auto late = sim::usbip_unlinked(9, false);
  CHECK(std::all_of(late.begin() + 8, late.end(), [](auto byte) { return byte == 0; }));
}

TEST_CASE("a request for the list and one for a device are told apart, and other versions are refused") {
  CHECK(sim::parse_usbip_request(from_hex("0111800500000000")) == sim::UsbipRequest::list);
  CHECK(sim::parse_usbip_request(from_hex("0111800300000000")) == sim::UsbipRequest::import);
  CHECK_FALSE(sim::parse_usbip_request(from_hex("0106800300000000")));
  CHECK_FALSE(sim::parse_usbip_request(from_hex("0111000300000000")));
  CHECK_FALSE(sim::parse_usbip_request(from_hex("01118003")));
}

TEST_CASE("a device is offered with its bus, its speed, its ids and its interface") {
  const sim::RelayModel board(4, "HURTM");
  const auto bytes = sim::usbip_import(sim::UsbipOffer{"2-1.3", &board});
  REQUIRE(bytes.size() == 320);
  CHECK(Bytes(bytes.begin(), bytes.begin() + 8) == from_hex("0111000300000000"));
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()) + 8 + 256) == "2-1.3");
  // busnum 2, devnum 3, speed low, 16C0:05DF, bcdDevice 0x0100, class 0, configuration 1 of 1, one interface
  CHECK(Bytes(bytes.begin() + 296, bytes.end()) == from_hex("00000002"
                                                            "00000003"
                                                            "00000001"
                                                            "16c0"
                                                            "05df"
                                                            "0100"
                                                            "000000"
                                                            "01"
                                                            "01"
                                                            "01"));
  CHECK(sim::usbip_import(std::nullopt) == from_hex("0111000300000001"));
}

TEST_CASE("the list counts what it offers") {
  const sim::MeterModel meter("SN42");
  const auto bytes = sim::usbip_list({{"1-2", &meter}});
  REQUIRE(bytes.size() == 8 + 4 + 312 + 4);
  CHECK(Bytes(bytes.begin(), bytes.begin() + 12) == from_hex("0111000500000000"
                                                             "00000001"));
  CHECK(Bytes(bytes.end() - 4, bytes.end()) == Bytes{0xFE, 3, 1, 0});
  CHECK(sim::usbip_list({}) == from_hex("0111000500000000"
                                        "00000000"));
}
