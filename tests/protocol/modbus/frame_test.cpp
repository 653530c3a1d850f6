#include "protocol/modbus/frame.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using inspect::tests::hex;

namespace {

struct Vector {
  const char* what;
  const char* frame;
  Request request;
};

// From makers' manuals and verified against their own checksums; not made by our encoder.
const std::vector<Vector> questions{
    {"Waveshare relay 1 on", "01 05 00 00 FF 00 8C 3A", {1, 5, 0, 1, {1}}},
    {"Waveshare relay 1 off", "01 05 00 00 00 00 CD CA", {1, 5, 0, 1, {0}}},
    {"Waveshare all on", "01 05 00 FF FF 00 BC 0A", {1, 5, 0xFF, 1, {1}}},
    {"Waveshare read 8 relays", "01 01 00 00 00 08 3D CC", {1, 1, 0, 8, {}}},
    {"Waveshare read 8 inputs", "01 02 00 00 00 08 79 CC", {1, 2, 0, 8, {}}},
    {"Waveshare control modes", "01 03 10 00 00 08 40 CC", {1, 3, 0x1000, 8, {}}},
    {"Waveshare relay 1 flash 700 ms", "01 05 02 00 00 07 8D B0", {1, 5, 0x200, 1, {7}}},
    {"Waveshare all on by bitmap", "01 0F 00 00 00 08 01 FF BE D5", {1, 15, 0, 8, {1, 1, 1, 1, 1, 1, 1, 1}}},
    {"PZEM and analogue module: 8 inputs", "01 04 00 00 00 08 F1 CC", {1, 4, 0, 8, {}}},
    {"R421A08 and RYN channel 1 on", "01 06 00 01 01 00 D9 9A", {1, 6, 1, 1, {0x0100}}},
    {"R421A08 and RYN channel 1 off", "01 06 00 01 02 00 D9 6A", {1, 6, 1, 1, {0x0200}}},
    {"RYN cancel delay", "01 06 00 01 06 00 DB AA", {1, 6, 1, 1, {0x0600}}},
    {"RYN all on", "01 06 00 00 07 00 8B FA", {1, 6, 0, 1, {0x0700}}},
    {"RYN all off", "01 06 00 00 08 00 8E 0A", {1, 6, 0, 1, {0x0800}}},
    {"RYN read channel 1", "01 03 00 01 00 01 D5 CA", {1, 3, 1, 1, {}}},
    {"PZEM set address 1 via the general address", "F8 06 00 02 00 01 FD A3", {0xF8, 6, 2, 1, {1}}},
    {"XY6020L volts and amperes", "01 03 00 02 00 02 65 CB", {1, 3, 2, 2, {}}},
    {"RYN factory reset", "FF 06 00 FB 00 00 ED E5", {0xFF, 6, 0xFB, 1, {0}}},
};

}  // namespace

TEST_CASE("every question of the makers' manuals is encoded to its byte") {
  for (const auto& vector : questions) {
    CAPTURE(vector.what);
    CHECK(check(vector.request).has_value());
    CHECK(encode_rtu(vector.request) == hex(vector.frame));
  }
}

TEST_CASE("every frame of the manuals verifies, and the one that is known to be misprinted does not") {
  std::vector<const char*> frames{
      "01 01 01 00 51 88",
      "01 02 01 00 A1 88",
      "01 85 03 02 91",
      "01 03 02 00 01 79 84",
      "01 04 10 05 40 00 0A 00 0D 00 00 00 02 00 00 00 00 00 00 D6 29",
      "01 42 80 11",
      "01 03 04 01 F4 00 00 BA 3D",
      "00 06 40 00 00 01 5C 1B",
  };
  for (const auto& vector : questions) frames.push_back(vector.frame);
  const auto verifies = [](const Bytes& frame) {
    const auto crc = crc16(BytesView(frame).first(frame.size() - 2));
    return frame[frame.size() - 2] == (crc & 0xFF) && frame.back() == crc >> 8;
  };
  for (const auto* frame : frames) {
    CAPTURE(frame);
    CHECK(verifies(hex(frame)));
  }
  CHECK_FALSE(verifies(hex("01 10 00 04 00 03 06 09 0C 01 05 0C 00 53 3F")));
  CHECK(verifies(hex("01 10 00 04 00 03 06 09 0C 01 05 0C 00 A3 30")));
}

TEST_CASE("answers of the manuals are taken") {
  CHECK(decode_rtu({1, 1, 0, 8, {}}, hex("01 01 01 00 51 88"))->values == std::vector<std::uint16_t>(8, 0));
  CHECK(decode_rtu({1, 2, 0, 8, {}}, hex("01 02 01 00 A1 88"))->values == std::vector<std::uint16_t>(8, 0));
  CHECK(decode_rtu({1, 3, 1, 1, {}}, hex("01 03 02 00 01 79 84"))->values == std::vector<std::uint16_t>{1});
  CHECK(decode_rtu({1, 3, 2, 2, {}}, hex("01 03 04 01 F4 00 00 BA 3D"))->values == std::vector<std::uint16_t>{500, 0});
  CHECK(decode_rtu({1, 4, 0, 8, {}}, hex("01 04 10 05 40 00 0A 00 0D 00 00 00 02 00 00 00 00 00 00 D6 29"))->values ==
        std::vector<std::uint16_t>{1344, 10, 13, 0, 2, 0, 0, 0});
  CHECK(decode_rtu({1, 5, 9, 1, {1}}, hex("01 85 03 02 91"))->exception == 3);
  CHECK(decode_rtu({1, 5, 0x200, 1, {7}}, hex("01 05 02 00 00 07 8D B0")).has_value());
}

TEST_CASE("an answer is refused for each single thing that is not right") {
  const Request request{1, 3, 1, 1, {}};
  const auto good = hex("01 03 02 00 01 79 84");
  REQUIRE(decode_rtu(request, good).has_value());
  const auto refused = [](const Request& asked, Bytes body) {
    const auto crc = crc16(body);
    body.push_back(static_cast<std::uint8_t>(crc & 0xFF));
    body.push_back(static_cast<std::uint8_t>(crc >> 8));
    const auto answer = decode_rtu(asked, body);
    return answer.has_error() && answer.error().code == Errc::corrupt_frame;
  };
  CHECK(refused(request, hex("02 03 02 00 01")));                   // another unit
  CHECK(refused(request, hex("01 04 02 00 01")));                   // another function
  CHECK(refused(request, hex("01 84 02")));                         // another function's exception
  CHECK(refused(request, hex("01 83 02 00")));                      // a longer exception
  CHECK(refused(request, hex("01 03 04 00 01 00 02")));             // more registers than asked
  CHECK(refused(request, hex("01 03 02 00 01 00")));                // byte count and length at odds
  CHECK(refused(request, hex("01 03 03 00 01 00")));                // odd byte count
  CHECK(refused(request, hex("01 03 00")));                         // none at all
  CHECK(refused({1, 5, 3, 1, {1}}, hex("01 05 00 04 FF 00")));      // echo of another coil
  CHECK(refused({1, 5, 3, 1, {1}}, hex("01 05 00 03 00 00")));      // echo of another state
  CHECK(refused({1, 6, 3, 1, {9}}, hex("01 06 00 03 00 08")));      // echo of another value
  CHECK(refused({1, 15, 3, 2, {1, 0}}, hex("01 0F 00 03 00 03")));  // echo of another quantity
  CHECK(refused({1, 16, 3, 2, {1, 0}}, hex("01 10 00 02 00 02")));  // echo of another address

  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = good;
      damaged[byte] = static_cast<std::uint8_t>(damaged[byte] ^ (1U << bit));
      CHECK(decode_rtu(request, damaged).has_error());
    }
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK(decode_rtu(request, BytesView(good).first(length)).has_error());
  }
}

TEST_CASE("over TCP the header is held to its word as well") {
  const Request request{7, 4, 0x10, 2, {}};
  CHECK(encode_tcp(request, 0x1234) == hex("12 34 00 00 00 06 07 04 00 10 00 02"));
  const auto good = hex("12 34 00 00 00 07 07 04 04 00 01 00 02");
  CHECK(decode_tcp(request, 0x1234, good)->values == std::vector<std::uint16_t>{1, 2});
  CHECK(decode_tcp(request, 0x1234, hex("12 34 00 00 00 03 07 84 0B"))->exception == 11);
  CHECK(decode_tcp(request, 0x1235, good).has_error());
  for (std::size_t byte = 0; byte < 9; ++byte) {
    auto other = good;
    other[byte] ^= 1;
    CAPTURE(byte);
    CHECK(decode_tcp(request, 0x1234, other).has_error());
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK(decode_tcp(request, 0x1234, BytesView(good).first(length)).has_error());
  }
}

TEST_CASE("bits come lowest first and writes pack them the same way") {
  const Request request{1, 1, 0, 11, {}};
  auto frame = hex("01 01 02 05 04");
  const auto crc = crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  CHECK(decode_rtu(request, frame)->values == std::vector<std::uint16_t>{1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1});
  CHECK(encode_pdu({1, 15, 0, 11, {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}}) == hex("0F 00 00 00 0B 02 05 04"));
  CHECK(encode_pdu({1, 16, 4, 2, {0x0102, 0xA0B0}}) == hex("10 00 04 00 02 04 01 02 A0 B0"));
}

TEST_CASE("a question that no frame can carry is refused before it is sent") {
  const auto refused = [](const Request& request) {
    const auto result = check(request);
    return result.has_error() && result.error().code == Errc::invalid_argument;
  };
  CHECK(refused({1, 7, 0, 1, {}}));
  CHECK(refused({0, 3, 0, 1, {}}));
  CHECK(refused({1, 3, 0, 0, {}}));
  CHECK(refused({1, 3, 0, 126, {}}));
  CHECK(refused({1, 2, 0, 2001, {}}));
  CHECK(refused({1, 3, 0xFFFF, 2, {}}));
  CHECK(refused({1, 3, 0, 1, {5}}));
  CHECK(refused({1, 6, 0, 1, {}}));
  CHECK(refused({1, 16, 0, 2, {1}}));
  CHECK_FALSE(refused({1, 3, 0xFFFF, 1, {}}));
  CHECK_FALSE(refused({247, 3, 0, 125, {}}));
  CHECK_FALSE(refused({1, 1, 0, 2000, {}}));
}

TEST_CASE("every exception code says what happens next") {
  for (int code = 0; code < 256; ++code) {
    CAPTURE(code);
    auto wanted = Errc::device_refused;
    if (code >= 1 && code <= 3) wanted = Errc::unsupported_point;
    if (code == 5 || code == 6) wanted = Errc::device_busy;
    CHECK(refusal(static_cast<std::uint8_t>(code)) == wanted);
  }
}
