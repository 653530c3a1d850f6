#include "protocol/control/trace.hpp"

#include <doctest/doctest.h>

using namespace inspect::control;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("bytes are written as a manual writes them, and read back") {
  CHECK(to_hex({0x01, 0x03, 0xAB, 0xFF}) == "01 03 AB FF");
  CHECK(to_hex({}).empty());
  Bytes all;
  for (unsigned byte = 0; byte < 256; ++byte) all.push_back(static_cast<std::uint8_t>(byte));
  CHECK(from_hex(to_hex(all)) == all);
  CHECK(from_hex("0103abFF") == Bytes{0x01, 0x03, 0xAB, 0xFF});
  CHECK(from_hex("") == Bytes{});
}

TEST_CASE("what is no bytes is not read as some") {
  for (const auto* text : {"0", "01 0", "0g", "01  03", "01 ", " ", "0x01", "01-03"}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text));
  }
}

TEST_CASE("the names of the three passages go both ways") {
  for (const auto passage : {Passage::out, Passage::in, Passage::end}) CHECK(passage_from(name(passage)) == passage);
  CHECK_FALSE(passage_from("sideways"));
}
