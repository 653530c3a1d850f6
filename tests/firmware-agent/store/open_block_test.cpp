#include "firmware-agent/store/open_block.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace inspect;
using namespace inspect::agent::storage;

namespace {

constexpr std::size_t points = 40;
const auto good_quality = pack(Quality::good, Reason::none);

OpenBlock empty_block() {
  std::vector<StoredPoint> stored(points);
  for (std::size_t i = 0; i < points; ++i) stored[i].scaling = {i % 2 == 0 ? 1.0 : 0.01, 0};
  return OpenBlock(stored);
}

/// A second of a site on which everything may happen.
SecondRecord random_second(std::mt19937_64& random, const OpenBlock& block, std::int64_t base) {
  SecondRecord record;
  record.base_ms = base;
  for (StoredId id = 0; id < points; ++id) {
    if (random() % 10 == 0) continue;
    record.read.push_back(id);
    ValueChange change{id, base + static_cast<std::int64_t>(random() % 6) * 100, 0, good_quality};
    if (random() % 30 == 0) change.quality = pack(Quality::bad, Reason::line);
    const auto raw = static_cast<std::int64_t>(random() % 3);
    change.value = random() % 20 == 0 ? std::bit_cast<double>(random()) : value_of(raw, block.points()[id].scaling);
    if (block.is_change(change)) record.changes.push_back(change);
  }
  std::sort(record.changes.begin(), record.changes.end(),
            [](const auto& a, const auto& b) { return std::pair(a.ms, a.id) < std::pair(b.ms, b.id); });
  return record;
}

}  // namespace

TEST_CASE("records read back give the block they were written from") {
  std::mt19937_64 random(5);
  auto live = empty_block();
  auto replayed = empty_block();
  std::int64_t base = 1'790'000'000'000;
  for (int i = 0; i < 500; ++i) {
    const auto record = random_second(random, live, base);
    const auto decoded = replayed.decode(live.encode(record));
    REQUIRE(decoded.has_value());
    live.apply(record);
    replayed.apply(*decoded);
    base += random() % 50 == 0 ? -100'000 : 1000;  // the wall clock may be set back
  }
  CHECK(live.readings() == replayed.readings());
  for (StoredId id = 0; id < points; ++id) {
    REQUIRE(live.runs(id).size() == replayed.runs(id).size());
    for (std::size_t i = 0; i < live.runs(id).size(); ++i) {
      const auto& a = live.runs(id)[i];
      const auto& b = replayed.runs(id)[i];
      CHECK(std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value));
      CHECK((a.first_ms == b.first_ms && a.last_ms == b.last_ms && a.count == b.count && a.quality == b.quality));
    }
  }
}

TEST_CASE("a second in which nothing changes costs four bytes at most") {
  auto block = empty_block();
  SecondRecord record;
  record.base_ms = 1'790'000'000'000;
  for (StoredId id = 0; id < points; ++id) {
    record.read.push_back(id);
    record.changes.push_back({id, record.base_ms, 1, good_quality});
  }
  block.apply(record);
  record.changes.clear();
  record.base_ms += 1000;
  CHECK(block.encode(record).size() <= 4);
  block.apply(record);
  CHECK(block.runs(7).size() == 1);
  CHECK(block.runs(7).front().count == 2);
  CHECK(block.runs(7).front().last_ms == record.base_ms);
}

TEST_CASE("a new value, another quality and a long silence are changes, the same again is none") {
  auto block = empty_block();
  SecondRecord record{1000, {{3, 1000, 11.94, good_quality}}, {3}};
  block.apply(record);
  CHECK_FALSE(block.is_change({3, 2000, 11.94, good_quality}));
  CHECK(block.is_change({3, 2000, 11.95, good_quality}));
  CHECK(block.is_change({3, 2000, 11.94, pack(Quality::uncertain, Reason::busy)}));
  CHECK(block.is_change({3, 12'000, 11.94, good_quality}));
  CHECK(block.is_change({4, 2000, 0, good_quality}));
}

TEST_CASE("damaged records are refused or decode to points that exist") {
  std::mt19937_64 random(13);
  auto block = empty_block();
  block.apply(random_second(random, block, 1'790'000'000'000));
  for (int i = 0; i < 3000; ++i) {
    auto bytes = block.encode(random_second(random, block, 1'790'000'001'000));
    for (auto flips = random() % 6 + 1; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    if (random() % 3 == 0) bytes.resize(random() % bytes.size());
    const auto decoded = block.decode(bytes);
    if (!decoded) continue;
    for (const auto& change : decoded->changes) {
      CHECK(change.id < points);
      CHECK(is_packed_quality(change.quality));
    }
    for (const auto id : decoded->read) CHECK(id < points);
  }
}
