#include "firmware-agent/judgement/state_bytes.hpp"

#include "firmware-agent/judgement/aggregate.hpp"
#include "firmware-agent/judgement/series.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;

namespace {

enum class Colour : std::uint8_t { red, green };

struct Everything {
  bool yes = true;
  std::int32_t below = -2;
  std::uint16_t small = 0x0102;
  double pi = 3.25;
  float half = 0.5F;
  Colour colour = Colour::green;
  std::array<std::uint8_t, 2> two{7, 8};
  std::optional<double> there = 1.5, nothing;

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(yes, below, small, pi, half, colour, two, there, nothing);
  }
  friend bool operator==(const Everything&, const Everything&) = default;
};

}  // namespace

TEST_CASE("what is written is read back, and lies least significant byte first") {
  Everything out;
  StateWriter writer;
  writer(out);
  // python3: struct.pack('<?iHdfB2B?d?', True, -2, 0x0102, 3.25, .5, 1, 7, 8, True, 1.5, False)
  const std::string expected(
      "\x01\xfe\xff\xff\xff\x02\x01\x00\x00\x00\x00\x00\x00\x0a\x40\x00\x00\x00\x3f\x01\x07\x08\x01\x00\x00\x00\x00\x00"
      "\x00\xf8\x3f\x00",
      32);
  CHECK(writer.bytes == expected);
  Everything in{false, 0, 0, 0, 0, Colour::red, {}, {}, 9.0};
  StateReader reader(writer.bytes);
  reader(in);
  CHECK(reader.good());
  CHECK(in == out);
}

TEST_CASE("what is cut short or goes on is not good, wherever it is cut") {
  Everything out;
  StateWriter writer;
  writer(out);
  for (std::size_t size = 0; size < writer.bytes.size(); ++size) {
    Everything in;
    StateReader reader(std::string_view(writer.bytes).substr(0, size));
    reader(in);
    CHECK_FALSE(reader.good());
  }
  Everything in;
  StateReader longer(writer.bytes + "x");
  longer(in);
  CHECK_FALSE(longer.good());
}

TEST_CASE("a count that claims more than there is room for is refused and nothing is written past the end") {
  StateWriter writer;
  std::uint32_t count = 65, seen = 70, stride = 1;
  writer(count);
  float value = 1;
  for (int i = 0; i < 65; ++i) writer(value);
  writer(seen, stride);
  Aggregate aggregate;
  StateReader reader(writer.bytes);
  reader(aggregate);
  CHECK_FALSE(reader.good());

  StateWriter endless;
  std::uint32_t days = 0xFFFFFFFF;
  endless(days);
  Series series;
  StateReader other(endless.bytes);
  other(series);
  CHECK_FALSE(other.good());
  CHECK(series.days().empty());
}

TEST_CASE("texts keep their length") {
  StateWriter writer;
  std::string name = "relay-1/relay.3", nothing;
  writer.text(name);
  writer.text(nothing);
  StateReader reader(writer.bytes);
  std::string first, second = "x";
  reader.text(first);
  reader.text(second);
  CHECK(reader.good());
  CHECK(first == name);
  CHECK(second.empty());
}
