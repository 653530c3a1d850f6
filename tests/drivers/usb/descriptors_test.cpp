#include "drivers/usb/descriptors.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::drivers;
using Bytes = std::vector<std::uint8_t>;
using Kind = UsbEndpoint::Kind;

namespace {

/// A V-USB relay board, as lsusb -v shows one.
const Bytes device{18, 1, 0x10, 1, 0, 0, 0, 8, 0xC0, 0x16, 0xDF, 0x05, 0, 1, 1, 2, 0, 1};
const Bytes relay{9, 2, 34,   0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0,    1, 3, 0, 0,
                  0, 9, 0x21, 1, 1, 0, 1, 0x22, 22, 0, 7, 5, 0x81, 3, 8, 0, 20};

Bytes both(const Bytes& configuration) {
  auto all = device;
  all.insert(all.end(), configuration.begin(), configuration.end());
  return all;
}

}  // namespace

TEST_CASE("the interface and its endpoint are read, class descriptors are stepped over") {
  const auto interfaces = parse_usb_descriptors(both(relay));
  REQUIRE(interfaces.has_value());
  REQUIRE(interfaces->size() == 1);
  CHECK(interfaces->front().class_code == 3);
  CHECK(interfaces->front().endpoint(Kind::interrupt, true) == UsbEndpoint{0x81, Kind::interrupt, 8});
  CHECK_FALSE(interfaces->front().endpoint(Kind::interrupt, false));
}

TEST_CASE("an instrument's bulk endpoints are told apart by their direction") {
  const auto interfaces = parse_usb_descriptors(both(
      {9, 2, 32, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 2, 0xFE, 3, 1, 0, 7, 5, 0x02, 2, 64, 0, 0, 7, 5, 0x82, 2, 0, 2, 0}));
  REQUIRE(interfaces.has_value());
  CHECK(interfaces->front().subclass == 3);
  CHECK(interfaces->front().endpoint(Kind::bulk, false)->address == 0x02);
  CHECK(interfaces->front().endpoint(Kind::bulk, true)->packet == 512);
}

TEST_CASE("only the first configuration counts") {
  auto bytes = both(relay);
  const Bytes second{9, 2, 18, 0, 1, 2, 0, 0x80, 50, 9, 4, 7, 0, 0, 8, 6, 80, 0};
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto interfaces = parse_usb_descriptors(bytes);
  REQUIRE(interfaces.has_value());
  CHECK(interfaces->size() == 1);
}

TEST_CASE("a class descriptor longer than the rest, which libusb 1.0.26 follows to a null pointer, is refused") {
  auto crafted = relay;
  crafted[18] = 200;
  CHECK(parse_usb_descriptors(both(crafted)).error().code == Errc::malformed);
}

TEST_CASE("lengths that do not fit are refused") {
  for (const std::size_t at : {std::size_t{9}, std::size_t{18}, std::size_t{27}}) {
    for (const auto length : std::vector<std::uint8_t>{0, 1, 8, 6, 255}) {
      if (at == 9 && length == 255) continue;  // covered by the one above
      CAPTURE(at);
      CAPTURE(int{length});
      auto crafted = relay;
      crafted[at] = length;
      const auto parsed = parse_usb_descriptors(both(crafted));
      if (at == 18)
        continue;  // a shorter class descriptor may leave something that reads as others: no crash is enough
      CHECK_FALSE(parsed.has_value());
    }
  }
  auto cut = both(relay);
  cut.pop_back();
  CHECK_FALSE(parse_usb_descriptors(cut).has_value());
  CHECK_FALSE(parse_usb_descriptors({}).has_value());
  CHECK_FALSE(parse_usb_descriptors(device).has_value());
}

TEST_CASE("more interfaces or endpoints than any device has are refused") {
  Bytes many{9, 2, 0, 0, 1, 1, 0, 0x80, 50};
  for (int i = 0; i < 33; ++i) many.insert(many.end(), {9, 4, 0, 0, 0, 3, 0, 0, 0});
  many[2] = static_cast<std::uint8_t>(many.size() & 0xFFU);
  many[3] = static_cast<std::uint8_t>(many.size() >> 8U);
  CHECK_FALSE(parse_usb_descriptors(both(many)).has_value());
}

TEST_CASE("whatever the bytes are, nothing beyond them is read and the answer is bounded") {
  std::mt19937 random(7);
  for (int round = 0; round < 100'000; ++round) {
    auto bytes = both(relay);
    for (unsigned changes = random() % 4 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    bytes.shrink_to_fit();  // so that a sanitizer sees one byte too many
    const auto parsed = parse_usb_descriptors(bytes);
    if (parsed.has_value()) CHECK(parsed->size() <= 32);
  }
}
