#include "protocol/usb/order_pattern.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::usb;
using tests::hex;

TEST_CASE("patterns become the frames of reference: devices, 1.2 and 1.3") {
  const auto bytes = [](std::string_view pattern, std::uint8_t n) { return OrderPattern::parse(pattern)->bytes(n); };
  CHECK(bytes("FF n", 3) == hex("FF 03"));
  CHECK(bytes("F0+n", 8) == hex("F8"));
  CHECK(bytes("00+n", 8) == hex("08"));
  CHECK(bytes("A0 n 01 sum", 1) == hex("A0 01 01 A2"));
  CHECK(bytes("A0 n 00 sum", 1) == hex("A0 01 00 A1"));
  CHECK(bytes("A0 n 01 sum", 2) == hex("A0 02 01 A3"));
  CHECK(bytes("A0 n 00 sum", 2) == hex("A0 02 00 A2"));
  CHECK(bytes("  FE   00 ", 5) == hex("FE 00"));
  CHECK(bytes("ff f0+n sum", 0x0F) == hex("FF FF FE"));  // the sum wraps
}

TEST_CASE("a pattern knows whether it names a channel") {
  CHECK(OrderPattern::parse("FF n")->names_channel());
  CHECK(OrderPattern::parse("F0+n")->names_channel());
  CHECK_FALSE(OrderPattern::parse("FE 00 sum")->names_channel());
  CHECK(OrderPattern().empty());
}

TEST_CASE("what is no pattern is refused with the word that is wrong") {
  for (const auto* wrong :
       {"", "   ", "F", "FFF", "0x01", "N", "m", "F0+m", "+n", "F0 + n", "sun", "G0", "-1", "F0+n+n"}) {
    CAPTURE(wrong);
    const auto pattern = OrderPattern::parse(wrong);
    REQUIRE(!pattern);
    CHECK(pattern.error().code == Errc::invalid_argument);
  }
  CHECK(OrderPattern::parse("FF 0x01").error().message.find("\"0x01\"") != std::string::npos);
  std::string longest;
  for (int n = 0; n < 64; ++n) longest += "00 ";
  CHECK(OrderPattern::parse(longest)->size() == 64);
  CHECK(!OrderPattern::parse(longest + "00"));
}
