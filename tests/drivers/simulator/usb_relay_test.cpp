#include "drivers/simulator/usb_relay.hpp"

#include "tests/drivers/simulator/usb_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;
using How = sim::UsbAnswer::How;
using tests::get_report;
using tests::set_report;
using usb::Bytes;

namespace {

sim::UsbAnswer order(sim::RelayModel& board, std::uint8_t code, std::uint8_t channel) {
  return board.control(set_report, {code, channel, 0, 0, 0, 0, 0, 0});
}
Bytes report(sim::RelayModel& board) { return board.control(get_report, {}).bytes; }

}  // namespace

TEST_CASE("a board's report holds five characters and a bit for each relay") {
  sim::RelayModel board(4, "HURTM");
  order(board, 0xFF, 3);
  CHECK(report(board) == Bytes{'H', 'U', 'R', 'T', 'M', 0, 0, 0x04});
  order(board, 0xFE, 0);
  CHECK(report(board)[7] == 0x0F);
  order(board, 0xFD, 1);
  CHECK(report(board)[7] == 0x0E);
  order(board, 0xFC, 0);
  CHECK(report(board)[7] == 0);
  CHECK(board.state() == "outputs 0 orders 4");
}

TEST_CASE("relays that a board has not stay where they are, and power lost is outputs lost") {
  sim::RelayModel board(2, "HURTM");
  order(board, 0xFF, 3);
  order(board, 0xFF, 0);
  CHECK(board.outputs() == 0);
  order(board, 0xFF, 2);
  board.power_up();
  CHECK(board.outputs() == 0);
}

TEST_CASE("a board spoils its answers as its faults say, and its descriptors never") {
  sim::RelayModel board(4, "HURTM");
  const auto after = [&](const std::vector<std::string>& words) {
    REQUIRE(board.act({"heal"}));
    REQUIRE(board.act(words));
    return board.control(get_report, {});
  };
  CHECK(after({"hang"}).how == How::hang);
  CHECK(board.control({0x80, 6, 0x0100, 0, 18}, {}).bytes.size() == 18);
  CHECK(after({"stall"}).how == How::stall);
  CHECK(after({"babble"}).how == How::babble);
  CHECK(after({"damaged"}).how == How::damaged);
  CHECK(after({"truncated"}).bytes.size() == 4);
  CHECK(after({"slow", "700"}).delay == 701ms);
  CHECK(after({"garbage"}).bytes[7] == 0xA5);
  CHECK_FALSE(board.act({"wrong-echo"}));
  CHECK_FALSE(board.act({}));
}

TEST_CASE("one transfer in three is a STALL and the two others are not") {
  sim::RelayModel board(4, "HURTM");
  REQUIRE(board.act({"stall", "every", "3"}));
  std::vector<How> hows;
  hows.reserve(6);
  for (int i = 0; i < 6; ++i) hows.push_back(board.control(get_report, {}).how);
  CHECK(hows == std::vector<How>{How::ack, How::ack, How::stall, How::ack, How::ack, How::stall});
}

TEST_CASE("a person can set a relay, write another ID and corrupt it") {
  sim::RelayModel board(4, "HURTM");
  CHECK(board.act({"set", "2", "on"}));
  CHECK(board.state() == "outputs 2 orders 0");
  CHECK_FALSE(board.act({"set", "5", "on"}));
  CHECK_FALSE(board.act({"set", "x", "on"}));
  CHECK(board.act({"corrupt-id"}));
  CHECK(report(board)[0] == 0xFF);
  CHECK(board.act({"id", "OTHER"}));
  CHECK(report(board)[0] == 'O');
}

TEST_CASE("never more than was asked for") {
  sim::RelayModel board(4, "HURTM");
  CHECK(board.control({0xA1, 0x01, 0x0300, 0, 3}, {}).bytes == Bytes{'H', 'U', 'R'});
  CHECK(board.control({0xA1, 0x02, 0, 0, 8}, {}).how == How::stall);
}
