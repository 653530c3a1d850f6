#include "protocol/usb/relay_board.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::usb;
using tests::hex;

namespace {

OrderPattern pattern(std::string_view text) { return OrderPattern::parse(text).value(); }

RelayLayout dcttech(std::uint8_t channels) {
  RelayLayout layout;
  layout.channels = channels;
  layout.on = pattern("FF n");
  layout.off = pattern("FD n");
  layout.all_on = pattern("FE 00");
  layout.all_off = pattern("FC 00");
  layout.state = RelayState::feature;
  return layout;
}

RelayLayout lcus_serial() {
  RelayLayout layout;
  layout.way = RelayWay::serial;
  layout.channels = 4;
  layout.on = pattern("A0 n 01 sum");
  layout.off = pattern("A0 n 00 sum");
  return layout;
}

}  // namespace

TEST_CASE("orders are eight bytes for HID boards and as they are for serial ones") {
  const auto board = dcttech(8);
  CHECK(encode_order(board, {1, true}).value() == hex("FF 01 00 00 00 00 00 00"));
  CHECK(encode_order(board, {8, false}).value() == hex("FD 08 00 00 00 00 00 00"));
  CHECK(encode_order(board, {std::nullopt, true}).value() == hex("FE 00 00 00 00 00 00 00"));
  CHECK(encode_order(board, {std::nullopt, false}).value() == hex("FC 00 00 00 00 00 00 00"));
  CHECK(encode_order(lcus_serial(), {2, true}).value() == hex("A0 02 01 A3"));
}

TEST_CASE("no order leaves for a relay the board does not have") {
  for (std::uint8_t channels = 1; channels <= 8; ++channels) {
    const auto board = dcttech(channels);
    for (unsigned relay = 0; relay < 256; ++relay) {
      const auto order = encode_order(board, {static_cast<std::uint8_t>(relay), true});
      const bool there = relay >= 1 && relay <= channels;
      CHECK(order.has_value() == there);
      if (!order) CHECK(order.error().code == Errc::invalid_argument);
    }
  }
  CHECK(encode_order(lcus_serial(), {std::nullopt, false}).error().code == Errc::unsupported_point);
}

TEST_CASE("the control requests are those of pavel-a and of HID 1.11, to the interface") {
  CHECK(set_report(dcttech(2), 0, 8) == ControlRequest{0x21, 0x09, 0x0300, 0, 8});
  CHECK(get_state(1) == ControlRequest{0xA1, 0x01, 0x0300, 1, 9});
  auto output = dcttech(2);
  output.way = RelayWay::output;
  output.report_number = 2;
  CHECK(set_report(output, 3, 8) == ControlRequest{0x21, 0x09, 0x0202, 3, 8});
}

TEST_CASE("the state is the last byte, with the report number before it or without") {
  const auto board = dcttech(8);
  const RelayStates states{{true, false, true, false, false, false, false, true}, "BITFT", true};
  CHECK(decode_state(board, hex("42 49 54 46 54 00 00 85")).value() == states);
  CHECK(decode_state(board, hex("00 42 49 54 46 54 00 00 85")).value() == states);
  CHECK(decode_state(board, hex("01 42 49 54 46 54 00 00 85")).value() == states);
}

TEST_CASE("every bitmap is read relay by relay, and bits beyond the last relay belong to none") {
  for (const auto channels : std::vector<std::uint8_t>{1, 2, 4, 8}) {
    for (unsigned bitmap = 0; bitmap < 256; ++bitmap) {
      auto report = hex("41 42 43 44 45 00 00 00");
      report[7] = static_cast<std::uint8_t>(bitmap);
      const auto states = decode_state(dcttech(channels), report).value();
      REQUIRE(states.on.size() == channels);
      for (unsigned n = 0; n < channels; ++n) CHECK(states.on[n] == (bitmap / (1U << n) % 2 == 1));
    }
  }
}

TEST_CASE("a corrupt ID is the board's health; its outputs are good") {
  for (const auto* id : {"FF 49 54 46 54", "42 01 54 46 54", "FF FF FF FF FF", "42 49 00 46 54", "42 20 54 46 54"}) {
    CAPTURE(id);
    const auto states = decode_state(dcttech(2), hex(std::string(id) + " 00 00 02")).value();
    CHECK_FALSE(states.id_intact);
    CHECK(states.on == std::vector<bool>{false, true});
    CHECK(states.id.size() == 5);
    CHECK(states.id.find('?') != std::string::npos);
  }
}

TEST_CASE("a report that is no report is a failing read") {
  const auto board = dcttech(8);
  for (const auto* bad : {"", "42", "42 49 54 46 54 00 00", "00 42 49 54 46 54 00 00 85 00", "FF FF FF FF FF FF FF FF",
                          "42 49 54 46 54 01 00 85", "42 49 54 46 54 00 01 85"}) {
    CAPTURE(bad);
    CHECK(decode_state(board, hex(bad)).error().code == Errc::corrupt_frame);
  }
}
