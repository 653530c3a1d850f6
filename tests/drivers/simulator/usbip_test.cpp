#include "tests/drivers/simulator/played.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect::tests;

namespace {

const std::string usbip_site = R"(
[[line]]
name = "usb-1"
usb = "1-1"
[[device]]
name = "board"
line = "usb-1"
serial = "HURTM"
profile = "dcttech-4"
)";

// Version 1.1.1, OP_REQ_DEVLIST; OP_REQ_IMPORT with the port's name.
const Bytes ask_list{1, 0x11, 0x80, 5, 0, 0, 0, 0};
Bytes ask_import(const std::string& port) {
  Bytes bytes{1, 0x11, 0x80, 3, 0, 0, 0, 0};
  bytes.insert(bytes.end(), port.begin(), port.end());
  bytes.resize(40);
  return bytes;
}
/// GET_REPORT of the board, as a kernel submits it.
Bytes get_feature(std::uint8_t seq) {
  Bytes bytes(48);
  bytes[3] = 1;
  bytes[7] = seq;
  bytes[15] = 1;
  bytes[27] = 8;
  const Bytes setup{0xA1, 0x01, 0, 3, 0, 0, 8, 0};
  std::copy(setup.begin(), setup.end(), bytes.begin() + 40);
  return bytes;
}

}  // namespace

TEST_CASE("the program offers its USB devices, and one that was taken is offered to nobody else") {
  Played played(usbip_site);
  auto lister = Stream::tcp(played.port("usb-1"));
  CHECK(lister.ask(ask_list, 12)[11] == 1);
  auto host = Stream::tcp(played.port("usb-1"));
  CHECK(host.ask(ask_import("1-1"), 320).size() == 320);
  auto second = Stream::tcp(played.port("usb-1"));
  const Bytes refused{1, 0x11, 0, 3, 0, 0, 0, 1};
  CHECK(second.ask(ask_import("1-1"), 8) == refused);
  CHECK(second.closes());
  auto other = Stream::tcp(played.port("usb-1"));
  CHECK(other.ask(ask_import("1-9"), 8) == refused);
}

TEST_CASE("what is ordered on site is read over USB/IP, a hang keeps the transfer, and an unplug ends the connection") {
  Played played(usbip_site);
  auto host = Stream::tcp(played.port("usb-1"));
  REQUIRE(host.ask(ask_import("1-1"), 320).size() == 320);
  played.must("order board relay.3 on");
  const auto report = host.ask(get_feature(1), 56);
  REQUIRE(report.size() == 56);
  CHECK(report[7] == 1);
  CHECK(report[55] == 0x04);
  played.must("break board hang");
  CHECK(host.ask(get_feature(2), 56, std::chrono::milliseconds(200)).empty());
  played.must("unplug board");
  CHECK(host.closes());
  auto again = Stream::tcp(played.port("usb-1"));
  CHECK(again.ask(ask_import("1-1"), 8)[7] == 1);
  played.must("mend board");
  auto back = Stream::tcp(played.port("usb-1"));
  REQUIRE(back.ask(ask_import("1-1"), 320).size() == 320);
  CHECK(back.ask(get_feature(1), 56).at(55) == 0);
}

TEST_CASE("who speaks no USB/IP is hung up on") {
  Played played(usbip_site);
  auto stranger = Stream::tcp(played.port("usb-1"));
  stranger.write(Bytes{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T'});
  CHECK(stranger.closes());
  auto host = Stream::tcp(played.port("usb-1"));
  REQUIRE(host.ask(ask_import("1-1"), 320).size() == 320);
  host.write(Bytes(48, 0x55));
  CHECK(host.closes());
}
