#include "firmware-agent/store/byte_stream.hpp"
#include "firmware-agent/store/open_block.hpp"
#include "firmware-agent/store/run_codec.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace inspect;
using namespace inspect::agent::storage;

namespace {

const auto good_quality = pack(Quality::good, Reason::none);
const auto no_answer = pack(Quality::bad, Reason::no_answer);

bool same(const std::vector<Run>& a, const std::vector<Run>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    // By bits: NaN must come back too, and -0.0 is not 0.0.
    if (std::bit_cast<std::uint64_t>(a[i].value) != std::bit_cast<std::uint64_t>(b[i].value)) return false;
    if (a[i].first_ms != b[i].first_ms || a[i].last_ms != b[i].last_ms || a[i].count != b[i].count ||
        a[i].quality != b[i].quality) {
      return false;
    }
  }
  return true;
}

std::vector<Run> random_runs(std::mt19937_64& random, const Scaling& scaling, bool scaled) {
  std::vector<Run> runs(random() % 300);
  std::int64_t ms = 1'790'000'000'000 + static_cast<std::int64_t>(random() % 100'000);
  for (auto& run : runs) {
    run.first_ms = ms;
    run.count = static_cast<std::uint32_t>(random() % 4 == 0 ? random() % 500 + 1 : 1);
    run.last_ms = run.count > 1 ? ms + static_cast<std::int64_t>(run.count) * 1000 : ms;
    ms = run.last_ms + static_cast<std::int64_t>(random() % 2000) - 20;
    const auto raw = static_cast<std::int64_t>(random() % 70'000) - 5000;
    run.value = scaled ? value_of(raw, scaling) : std::bit_cast<double>(random());
    run.quality = random() % 20 == 0 ? no_answer : good_quality;
  }
  return runs;
}

}  // namespace

TEST_CASE("integers of every size come back") {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 35,
                                    std::numeric_limits<std::uint64_t>::max()}) {
    ByteWriter out;
    out.varint(value);
    ByteReader in(out.view());
    CHECK(in.varint() == value);
    CHECK((in.ok() && in.at_end()));
  }
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{-64},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK(unzigzag(zigzag(value)) == value);
  }
  ByteWriter small;
  small.signed_varint(-64);
  CHECK(small.view().size() == 1);
}

TEST_CASE("every shape of changed bits is read or refused") {
  for (unsigned shape = 0; shape < 256; ++shape) {
    const auto bytes = std::string(1, static_cast<char>(shape)) + std::string(8, '\x11');
    ByteReader in(bytes);
    const double value = in.changed_bits(1.5);
    const bool meaningful = shape == 0x80 || (shape >> 4) + (shape & 0x0f) < 8;
    CHECK(in.ok() == meaningful);
    if (!meaningful || shape == 0x80) CHECK(value == 1.5);
  }
}

TEST_CASE("a reader never reads past its end and stays in error") {
  ByteReader in(std::string_view("\xff\xff", 2));
  CHECK(in.varint() == 0);
  CHECK_FALSE(in.ok());
  ByteReader count(std::string_view("\x7f", 1));
  CHECK(count.count() == 0);
  CHECK_FALSE(count.ok());
}

TEST_CASE("a value that came from a register is known as its integer, any other is not") {
  const Scaling scaling{0.01, -40};
  for (std::int64_t raw = 0; raw < 65'536; ++raw) {
    const auto found = raw_of(value_of(raw, scaling), scaling);
    REQUIRE(found.exact);
    REQUIRE(found.raw == raw);
  }
  CHECK_FALSE(raw_of(0.123456789, scaling).exact);
  CHECK_FALSE(raw_of(std::numeric_limits<double>::quiet_NaN(), scaling).exact);
  CHECK_FALSE(raw_of(std::numeric_limits<double>::infinity(), scaling).exact);
  CHECK_FALSE(raw_of(-0.0, {1, 0}).exact);
  CHECK_FALSE(raw_of(1, {0, 0}).exact);
}

TEST_CASE("every series of runs comes back bit for bit") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 400; ++i) {
    const Scaling scaling{i % 3 == 0 ? 1.0 : 0.01, i % 5 == 0 ? 12.5 : 0.0};
    const auto runs = random_runs(random, scaling, i % 2 == 0);
    const auto back = decode_runs(encode_runs(runs, scaling), scaling);
    REQUIRE(back.has_value());
    REQUIRE(same(*back, runs));
  }
}

TEST_CASE("a damaged block is refused: no value comes back as another") {
  std::mt19937_64 random(11);
  const Scaling scaling{0.1, 0};
  for (int i = 0; i < 2000; ++i) {
    const auto runs = random_runs(random, scaling, i % 2 == 0);
    auto bytes = encode_runs(runs, scaling);
    for (auto flips = random() % 8 + 1; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    const auto back = decode_runs(bytes, scaling);
    if (!back) {
      CHECK(back.error().code == Errc::storage);
      continue;
    }
    // Two flips of one bit, or one that means nothing to zstd.
    CHECK(same(*back, runs));
  }
}

TEST_CASE("a steady value costs a few bytes a block, a noisy one less than a byte a reading") {
  const Scaling scaling{0.01, 0};
  const std::vector<Run> steady{{1'790'000'000'000, 1'790'000'899'000, 900, 11.94, good_quality}};
  CHECK(encode_runs(steady, scaling).size() < 24);
  std::mt19937_64 random(3);
  std::vector<Run> noisy;
  std::int64_t raw = 1194;
  for (int i = 0; i < 900; ++i) {
    raw += static_cast<std::int64_t>(random() % 3) - 1;
    const auto ms = 1'790'000'000'000 + i * 1000 + static_cast<std::int64_t>(random() % 4);
    noisy.push_back({ms, ms, 1, value_of(raw, scaling), good_quality});
  }
  CHECK(encode_runs(noisy, scaling).size() < 900);
}

TEST_CASE("what is decompressed is bounded") {
  const std::string large(1 << 20, 'x');
  CHECK(decompress(compress(large), 1 << 20).has_value());
  CHECK_FALSE(decompress(compress(large), (1 << 20) - 1).has_value());
  CHECK_FALSE(decompress("no zstd", 100).has_value());
}
