#include "protocol/messages/message.hpp"
#include "tests/protocol/messages/sample.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using namespace inspect::messages;
using namespace inspect::tests;

namespace {

bool same(const BatchEntry& a, const BatchEntry& b) {
  return a.device == b.device && a.point == b.point && a.unit == b.unit && a.value == b.value &&
         a.quality == b.quality && a.reason == b.reason && a.at == b.at;
}

}  // namespace

TEST_CASE("a batch arrives as it was sent") {
  const auto sent = sample_readings();
  const auto read = decode_readings(encode(sent));
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(read->dropped == 5);
  REQUIRE(read->entries.size() == sent.entries.size());
  for (std::size_t i = 0; i < sent.entries.size(); ++i) CHECK(same(read->entries[i], sent.entries[i]));
}

TEST_CASE("numbers keep every bit on their way") {
  Inventor inventor(5);
  for (int i = 0; i < 100; ++i) {
    const auto sent = inventor.readings();
    const auto read = decode_readings(encode(sent));
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    REQUIRE(read->entries.size() == sent.entries.size());
    for (std::size_t k = 0; k < sent.entries.size(); ++k) CHECK(same(read->entries[k], sent.entries[k]));
  }
}

TEST_CASE("a full batch with names of full length fits one message") {
  auto sent = sample_readings();
  sent.entries.assign(largest_batch, {std::string(longest_name, 'd'),
                                      std::string(longest_name, 'p'),
                                      std::string(longest_unit, 'u'),
                                      -1.7976931348623157e308,
                                      Quality::uncertain,
                                      Reason::implausible,
                                      {}});
  const auto bytes = encode(sent);
  CHECK(bytes.size() <= largest_message);
  CHECK(decode_readings(bytes)->entries.size() == largest_batch);
}

TEST_CASE("a value that is not finite travels as bad and implausible, never as a number") {
  auto sent = sample_readings();
  sent.entries[0].value = std::numeric_limits<double>::quiet_NaN();
  sent.entries[1].value = -std::numeric_limits<double>::infinity();
  const auto read = decode_readings(encode(sent));
  REQUIRE(read.has_value());
  for (const auto at : {0U, 1U}) {
    CHECK(read->entries[at].quality == Quality::bad);
    CHECK(read->entries[at].reason == Reason::implausible);
  }
}

TEST_CASE("numbers that JSON does not have, or that a double cannot hold, are refused") {
  const auto good = encode(sample_readings());
  for (const auto* number : {"NaN", "Infinity", "-Infinity", "1e999", "0x10", "1.", "01", "\"12\"", "+1"}) {
    auto text = good;
    const auto at = text.find("12.01");
    text.replace(at, 5, number);
    CAPTURE(number);
    CHECK(decode_readings(text).has_error());
  }
}

TEST_CASE("a device or point with a control or hidden character in its name is refused") {
  const auto good = encode(sample_readings());
  for (const std::string bad : {"\u202E", "\u2069", "\u200B", "\u0085", "\\u202a", "\\u0007"}) {
    for (const auto* name : {"pzem", "output.voltage"}) {
      auto text = good;
      text.insert(text.find(name) + 2, bad);
      CAPTURE(text);
      const auto read = decode_readings(text);
      REQUIRE(read.has_error());
      CHECK(read.error().message.find("data.entries[0].") == 0);
    }
  }
}

TEST_CASE("more entries than a batch may have are refused") {
  auto text = encode(sample_readings());
  const std::string entry =
      R"({"device":"d","point":"p","unit":"","value":1,"quality":"good","reason":"none","at":"2025-01-01T00:00:00Z"},)";
  const auto at = text.find("\"entries\":[") + 11;
  std::string many;
  for (std::size_t i = 0; i < largest_batch; ++i) many += entry;
  text.insert(at, many);
  const auto read = decode_readings(text);
  REQUIRE(read.has_error());
  CHECK(read.error().message == "data.entries: more than 200 entries");
}
