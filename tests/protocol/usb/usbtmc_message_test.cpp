#include "protocol/usb/usbtmc_message.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect;
using namespace inspect::usb;
using tests::hex;

// Vectors by python's struct, after the tables of reference: devices, 5.1:
//   struct.pack('<BBBxLBxxx', 1, 1, 0xFE, 6, 1) + b'*IDN?\n' + b'\0\0'

TEST_CASE("messages to the device are as the standard's table has them") {
  const Bytes idn{'*', 'I', 'D', 'N', '?', '\n'};
  CHECK(encode_tmc_out(1, idn, true) == hex("01 01 FE 00 06 00 00 00 01 00 00 00 2A 49 44 4E 3F 0A 00 00"));
  CHECK(encode_tmc_out(255, hex("41 42 43 44"), false) == hex("01 FF 00 00 04 00 00 00 00 00 00 00 41 42 43 44"));
  CHECK(encode_tmc_request(0x5A, 4096) == hex("02 5A A5 00 00 10 00 00 00 00 00 00"));
  CHECK(encode_tmc_request(2, 0x01020304, '\n') == hex("02 02 FD 00 04 03 02 01 02 0A 00 00"));
  CHECK(encode_tmc_trigger(7) == hex("80 07 F8 00 00 00 00 00 00 00 00 00"));
}

TEST_CASE("every transfer out is whole words, and its size counts the payload alone") {
  for (std::size_t size = 1; size < 70; ++size) {
    const auto bytes = encode_tmc_out(3, Bytes(size, 'x'), true);
    CHECK(bytes.size() % 4 == 0);
    CHECK(bytes.size() < 12 + size + 4);
    CHECK(bytes[4] == size);
  }
}

TEST_CASE("tags run through 1 to 255, never 0, never the same twice") {
  TmcTag tag;
  std::set<std::uint8_t> seen;
  std::uint8_t last = 0;
  for (int n = 0; n < 255; ++n) {
    const auto next = tag.next();
    CHECK(next != last);
    CHECK(tag.last() == next);
    seen.insert(last = next);
  }
  CHECK(seen.size() == 255);
  CHECK(seen.count(0) == 0);
  CHECK(tag.next() == 1);
}

TEST_CASE("the head of an answer is read only for its own question") {
  const auto transfer = hex("02 09 F6 00 05 01 00 00 01 00 00 00 41");
  const auto head = decode_tmc_head(9, transfer).value();
  CHECK(head.size == 0x105);
  CHECK(head.end);
  CHECK_FALSE(head.stopped);
  CHECK(decode_tmc_head(9, hex("02 09 F6 00 00 00 00 80 02 00 00 00"))->stopped);
  CHECK(decode_tmc_head(9, hex("02 09 F6 00 00 00 00 80 02 00 00 00"))->size == 0x80000000);
  CHECK(!decode_tmc_head(8, transfer));
  CHECK(!decode_tmc_head(9, hex("02 09 F7 00 05 01 00 00 01 00 00 00")));
  CHECK(!decode_tmc_head(9, hex("01 09 F6 00 05 01 00 00 01 00 00 00")));
  CHECK(!decode_tmc_head(9, hex("02 09 F6 00 05 01 00 00 01 00 00")));
  CHECK(decode_tmc_head(9, {}).error().code == Errc::corrupt_frame);
}
