#include "protocol/model/holdings.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;

using Ranges = std::vector<SeqRange>;

TEST_CASE("ranges are in order when they ascend without overlapping") {
  CHECK(in_order({}));
  CHECK(in_order({{1, 1}, {2, 9}, {11, largest_row}}));
  CHECK_FALSE(in_order({{0, 3}}));
  CHECK_FALSE(in_order({{4, 3}}));
  CHECK_FALSE(in_order({{1, 5}, {5, 6}}));
  CHECK_FALSE(in_order({{7, 8}, {1, 2}}));
  CHECK_FALSE(in_order({{1, largest_row + 1}}));
}

TEST_CASE("the gaps are what nothing names") {
  CHECK(gaps({}) == Ranges{{1, largest_row}});
  CHECK(gaps({{1, largest_row}}).empty());
  CHECK(gaps({{1, 900}}) == Ranges{{901, largest_row}});
  CHECK(gaps({{3, 3}, {4, 6}, {9, largest_row}}) == Ranges{{1, 2}, {7, 8}});
}

TEST_CASE("gaps and ranges together are every number, once") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Ranges held;
    std::uint64_t next = 1 + random() % 3;
    for (auto i = random() % 6; i > 0; --i) {
      held.push_back({next, next + random() % 4});
      next = held.back().last + 1 + random() % 3;
    }
    const auto free = gaps(held);
    REQUIRE(in_order(free));
    for (std::uint64_t n = 1; n < 60; ++n) {
      const auto names = [n](const Ranges& all) {
        int count = 0;
        for (const auto& range : all) count += range.first <= n && n <= range.last ? 1 : 0;
        return count;
      };
      CHECK(names(held) + names(free) == 1);
    }
  }
}
