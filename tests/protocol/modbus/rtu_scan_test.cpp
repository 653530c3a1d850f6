#include "protocol/modbus/rtu_scan.hpp"
#include "tests/protocol/modbus/hex.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::modbus;
using inspect::tests::hex;

namespace {
const Request request{1, 3, 1, 1, {}};
const auto good = hex("01 03 02 00 01 79 84");
const auto question = encode_rtu(request);

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
}  // namespace

TEST_CASE("a frame is found at every place inside garbage") {
  std::mt19937 random(1);
  for (std::size_t before = 0; before < 40; ++before) {
    Bytes bytes;
    // Even garbage: 0xEE is no function, so nothing but the frame can be found.
    bytes.assign(before, 0xEE);
    bytes = joined(joined(bytes, good), Bytes(random() % 20, 0xEE));
    const auto found = find_frame(bytes);
    REQUIRE(found.has_value());
    CHECK(found->offset == before);
    CHECK(found->length == good.size());
  }
}

TEST_CASE("no frame is found in a part of one") {
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK_FALSE(find_frame(BytesView(good).first(length)).has_value());
  }
  for (std::size_t skip = 1; skip < good.size(); ++skip) {
    CHECK_FALSE(find_frame(BytesView(good).subspan(skip)).has_value());
  }
}

TEST_CASE("questions, answers, refusals and echoes are all found at their length") {
  for (const auto* text : {"01 05 00 00 FF 00 8C 3A", "01 0F 00 00 00 08 01 FF BE D5", "01 04 00 00 00 08 F1 CC",
                           "01 85 03 02 91", "01 03 04 01 F4 00 00 BA 3D"}) {
    const auto frame = hex(text);
    const auto found = find_frame(joined(frame, {0, 0, 0}));
    CAPTURE(text);
    REQUIRE(found.has_value());
    CHECK(found->length == frame.size());
  }
}

TEST_CASE("progress says how many bytes are still to come, at every length") {
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto way = progress(BytesView(good).first(length), request, question);
    CAPTURE(length);
    CHECK(way.have == length);
    CHECK(way.missing == good.size() - length);
    CHECK_FALSE(way.damaged);
  }
}

TEST_CASE("a refusal is short, so nobody waits for the long answer") {
  const auto way = progress(hex("01 83 02"), request, question);
  CHECK(way.have == 3);
  CHECK(way.missing == 2);
}

TEST_CASE("our own words coming back are seen, and the answer waited for behind them") {
  const auto way = progress(BytesView(question).first(6), request, question);
  CHECK(way.have == 6);
  CHECK(way.missing == 2 + good.size());
}

TEST_CASE("a whole answer with a wrong checksum is damaged, and garbage is not") {
  auto damaged = good;
  damaged[4] ^= 0x10;
  CHECK(progress(damaged, request, question).damaged);
  CHECK_FALSE(progress(hex("EE EE EE EE EE EE EE EE EE"), request, question).damaged);
  CHECK(progress(hex("EE EE EE"), request, question).have == 0);
}

TEST_CASE("no bytes whatever make the scan read past its end") {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    // An exact allocation, so that a sanitizer sees one byte too many.
    Bytes bytes(random() % 24);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % 8 == 0 ? random() : random() % 18);
    const auto found = find_frame(bytes);
    if (found) CHECK(found->offset + found->length <= bytes.size());
    const auto way = progress(bytes, request, question);
    CHECK(way.have <= bytes.size());
  }
}
