#include "protocol/modbus/heard.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

using namespace inspect::modbus;
using inspect::tests::hex;

namespace {
/// The PDU of a frame as it stands in a manual: without unit and checksum.
Bytes pdu(const std::string& frame) {
  const auto bytes = hex(frame);
  return {bytes.begin() + 1, bytes.end() - 2};
}
}  // namespace

TEST_CASE("a question of every function is read back as the request it was made from") {
  std::mt19937 random(3);
  constexpr std::array<std::uint8_t, 8> functions{1, 2, 3, 4, 5, 6, 15, 16};
  for (const auto function : functions) {
    for (int round = 0; round < 50; ++round) {
      Request request{7,
                      function,
                      static_cast<std::uint16_t>(random() % 0xF000),
                      static_cast<std::uint16_t>(1 + random() % 100),
                      {}};
      if (function == 5 || function == 6) request.quantity = 1;
      if (!is_read(function)) {
        for (std::size_t i = 0; i < request.quantity; ++i) {
          request.values.push_back(static_cast<std::uint16_t>(is_of_bits(function) ? random() % 2 : random() & 0xFFFF));
        }
      }
      REQUIRE(check(request).has_value());
      CAPTURE(int{function});
      CHECK(read_question(7, encode_pdu(request)) == request);
    }
  }
}

TEST_CASE("questions of manuals are read") {
  // Waveshare: relay 1 on; relay 1 flashes 700 ms, a command hidden in a coil's value; R421A08: channel 1 on.
  CHECK(read_question(1, pdu("01 05 00 00 FF 00 8C 3A")) == Request{1, 5, 0, 1, {1}});
  CHECK(read_question(1, pdu("01 05 02 00 00 07 8D B0")) == Request{1, 5, 0x200, 1, {7}});
  CHECK(read_question(1, pdu("01 06 00 01 01 00 D9 9A")) == Request{1, 6, 1, 1, {0x100}});
  CHECK(read_question(1, pdu("01 0F 00 00 00 08 01 FF BE D5")) == Request{1, 15, 0, 8, {1, 1, 1, 1, 1, 1, 1, 1}});
  CHECK(read_question(0, pdu("00 06 40 00 00 01 5C 1B")) == Request{0, 6, 0x4000, 1, {1}});
}

TEST_CASE("what is no question is none") {
  CHECK_FALSE(read_question(1, pdu("01 03 02 00 01 79 84")));              // an answer
  CHECK_FALSE(read_question(1, pdu("01 42 80 11")));                       // PZEM resets its energy: not ours to know
  CHECK_FALSE(read_question(1, hex("03 00 00 00 00")));                    // nothing is asked for
  CHECK_FALSE(read_question(1, hex("03 00 00 00 7E")));                    // 126 registers fit no answer
  CHECK_FALSE(read_question(1, hex("10 00 04 00 03 05 09 0C 01 05 0C")));  // three registers in five bytes
  CHECK_FALSE(read_question(1, hex("10 00 04 00 03 06 09 0C 01 05 0C")));  // cut
  CHECK_FALSE(read_question(1, {}));
}

TEST_CASE("an echo of a write is told by its bytes, whatever the value means") {
  CHECK(is_echo_of_write(pdu("01 05 02 00 00 07 8D B0"), pdu("01 05 02 00 00 07 8D B0")));
  CHECK_FALSE(is_echo_of_write(pdu("01 05 00 00 FF 00 8C 3A"), pdu("01 05 00 00 00 00 CD CA")));
  CHECK(is_echo_of_write(pdu("01 0F 00 00 00 08 01 FF BE D5"), hex("0F 00 00 00 08")));
  CHECK_FALSE(is_echo_of_write(pdu("01 0F 00 00 00 08 01 FF BE D5"), hex("0F 00 01 00 08")));
  CHECK_FALSE(is_echo_of_write(pdu("01 03 00 01 00 01 D5 CA"), pdu("01 03 00 01 00 01 D5 CA")));
}
