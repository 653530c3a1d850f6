#include "firmware-agent/judgement/record_file.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace inspect;
using namespace inspect::judgement;

namespace {
// python3 -c "import struct; print(struct.pack('<8sIId8x', b'SITEYEAR', 1, 12, 1735660800.0).hex())"
const std::string header = std::string("SITEYEAR\x01\x00\x00\x00\x0c\x00\x00\x00", 16) +
                           std::string("\x00\x00\x00\x40\x05\xdd\xd9\x41", 8) + std::string(8, '\0');
// struct.pack('<IfHBx', 12345, 5.25, 7, 0), then struct.pack('<IfHBx', 12400, nan, 258, 3)
const std::string first("\x39\x30\x00\x00\x00\x00\xa8\x40\x07\x00\x00\x00", 12);
const std::string second("\x70\x30\x00\x00\x00\x00\xc0\x7f\x02\x01\x03\x00", 12);
}  // namespace

TEST_CASE("records are read as an independent encoder wrote them, a torn last one is left out") {
  std::istringstream in(header + first + second + first.substr(0, 5));
  auto file = RecordFile::open(in);
  REQUIRE(file.has_value());
  CHECK(file->start() == 1735660800.0);
  const auto samples = file->next();
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].time == doctest::Approx(1735660800.0 + 123.45).epsilon(1e-12));
  CHECK(samples[0].value == 5.25);
  CHECK(samples[0].point == 7);
  CHECK(samples[0].good());
  CHECK(samples[1].point == 258);
  CHECK(samples[1].reason == Reason::line);
  CHECK(file->next().empty());
}

TEST_CASE("a good reading without a value, and a quality that nobody knows, are implausible") {
  auto strange = second;
  strange[10] = 0;
  auto unknown = first;
  unknown[10] = 99;
  std::istringstream in(header + strange + unknown);
  const auto samples = RecordFile::open(in)->next();
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].reason == Reason::implausible);
  CHECK(samples[1].reason == Reason::implausible);
}

TEST_CASE("what is no record is refused") {
  for (const auto& text :
       {std::string(), header.substr(0, 31), "X" + header.substr(1), header.substr(0, 8) + '\x02' + header.substr(9)}) {
    std::istringstream in(text);
    CHECK_FALSE(RecordFile::open(in).has_value());
  }
}

TEST_CASE("a long record comes in pieces and whole") {
  std::string text = header;
  for (int i = 0; i < 10'000; ++i) text += first;
  std::istringstream in(text);
  auto file = RecordFile::open(in);
  std::size_t count = 0, pieces = 0;
  for (; !file->next().empty(); ++pieces) {
  }
  std::istringstream again(text);
  auto other = RecordFile::open(again);
  for (auto n = other->next().size(); n > 0; n = other->next().size()) count += n;
  CHECK(count == 10'000);
  CHECK(pieces > 1);
}
