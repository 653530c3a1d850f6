#include "cloud-bridge/ticketing/intake/digest.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect::ticketing;

TEST_CASE("SHA-256 of FIPS 180-2's first example") {
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the key of a damaged message is read when it is there") {
  const auto key = peek_key("gw-1", R"({"specversion":"1.0", "id" : "00112233445566aa-77", "sour)");
  REQUIRE(key.has_value());
  CHECK(*key == InboxKey{"gw-1", "00112233445566aa", 77});
}

TEST_CASE("what is no key gives none") {
  for (const auto* text : {"", "{}", R"("id")", R"("id":)", R"("id":7)", R"("id":"00112233445566aa-)",
                           R"("id":"00112233445566aa-07")", R"("id":"00112233445566AA-7")", R"("id":"0011-7")",
                           R"("id":"00112233445566aa-99999999999999999999")", R"("id":"00112233445566aa-7x")"}) {
    CAPTURE(text);
    CHECK_FALSE(peek_key("gw-1", text));
  }
}

TEST_CASE("what a stranger wrote cannot forge a line or move a cursor") {
  CHECK(harmless("a\r\nb\x1b[2J\xe2\x80\xae", 100) == "a??b?[2J???");
  CHECK(harmless("abcdef", 3) == "abc");
}
