#include "protocol/usb/lcus.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inspect;
using namespace inspect::usb;

namespace {

Bytes spelled(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("an answer of lines is whole with the last relay's line end") {
  const std::string text = "CH1:OFF\r\nCH2:ON\r\nCH3: ON\r\nCH4:OFF\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto part = decode_lcus(4, spelled(text.substr(0, size)));
    REQUIRE(part.has_value());
    CHECK_FALSE(part->whole);
  }
  const auto whole = decode_lcus(4, spelled(text)).value();
  CHECK(whole.whole);
  CHECK(whole.on == std::vector<bool>{false, true, true, false});
}

TEST_CASE("an answer of bytes is whole with one for each relay") {
  CHECK_FALSE(decode_lcus(2, Bytes{1})->whole);
  CHECK(decode_lcus(2, Bytes{1, 0})->whole);
  CHECK(decode_lcus(2, Bytes{1, 0})->on == std::vector<bool>{true, false});
  CHECK(!decode_lcus(2, Bytes{1, 0, 0}));
  for (unsigned byte = 2; byte < 256; ++byte) {
    if (byte != 'C') CHECK(!decode_lcus(2, Bytes{static_cast<std::uint8_t>(byte)}));
  }
}

TEST_CASE("silence is no answer, and not an error: many boards never answer") {
  const auto nothing = decode_lcus(8, {});
  REQUIRE(nothing.has_value());
  CHECK_FALSE(nothing->whole);
}

TEST_CASE("lines of another order, another word, or too many are no states") {
  for (const auto* text :
       {"CH2:ON\r\n", "CH1:on\r\n", "CH1:OPEN\r\n", "CH1 ON\r\n", "CH01:ON\r\n", "CH1:\r\n", "CH1:ON\r\nCH1:ON\r\n",
        "CH1:ON\r\nCH2:ON\r\nCH3:ON\r\n", "CH1:ON\n CH2:ON\n and more", "CCCCCCCCCCCCCCCCCCCCCCCC"}) {
    CAPTURE(text);
    const auto answer = decode_lcus(2, spelled(text));
    REQUIRE(!answer);
    CHECK(answer.error().code == Errc::corrupt_frame);
  }
}
