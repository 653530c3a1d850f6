#include "firmware-agent/store/run_log.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <limits>
#include <random>

using namespace inspect;
using namespace inspect::agent::storage;

namespace {

constexpr auto sound = pack(Quality::good, Reason::none);
constexpr auto silent = pack(Quality::bad, Reason::no_answer);

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

/// What a log was given, and what it answers now.
void check_same(const std::vector<Run>& given, const RunLog& log, const Scaling& scaling) {
  const auto held = log.runs(scaling);
  REQUIRE(held.size() == given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    CAPTURE(i);
    REQUIRE(bits(held[i].value) == bits(given[i].value));  // NaN too
    REQUIRE((held[i].first_ms == given[i].first_ms && held[i].last_ms == given[i].last_ms));
    REQUIRE((held[i].count == given[i].count && held[i].quality == given[i].quality));
  }
}

}  // namespace

TEST_CASE("an empty log has no runs and takes no memory for them") {
  const RunLog log;
  CHECK(log.empty());
  CHECK(log.runs({}).empty());
  CHECK(log.bytes() < 32);
}

TEST_CASE("a log gives back every run bit for bit: values of registers and others, holes, clocks that are set back") {
  std::mt19937_64 random(3);
  for (int series = 0; series < 200; ++series) {
    const Scaling scaling{series % 3 == 0 ? 1.0 : 0.01, series % 5 == 0 ? -40.0 : 0.0};
    RunLog log;
    std::vector<Run> given;
    std::int64_t ms = 1'790'000'000'000;
    for (auto left = random() % 200; left > 0; --left) {
      const auto register_value = value_of(static_cast<std::int64_t>(random() % 65'536), scaling);
      const double value = random() % 10 == 0 ? std::bit_cast<double>(random()) : register_value;
      given.push_back({ms, ms, 1, value, random() % 15 == 0 ? silent : sound});
      log.add(given.back(), scaling);
      for (auto more = random() % 4; more > 0; --more) {
        ms += 1000;
        log.prolong(ms);
        given.back().last_ms = ms;
        ++given.back().count;
      }
      ms += random() % 50 == 0 ? -3'600'000 : 990 + static_cast<std::int64_t>(random() % 20);
      CHECK(bits(log.last().value) == bits(value));
    }
    check_same(given, log, scaling);
  }
}

TEST_CASE("times and values at the ends of what there is come back, too") {
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  constexpr double largest = 9007199254740991.0;  // 2^53 - 1
  const std::vector<Run> given{{end, end, 1, largest, sound},
                               {first, end, 7, -largest, silent},
                               {0, 0, 1, std::numeric_limits<double>::infinity(), sound},
                               {end, end, std::numeric_limits<std::uint32_t>::max(), -0.0, sound},
                               {first, first, 1, std::numeric_limits<double>::quiet_NaN(), sound}};
  RunLog log;
  for (const auto& run : given) log.add(run, {});
  check_same(given, log, {});
}

TEST_CASE("a run seen at an earlier time by a clock that was set back keeps its end") {
  RunLog log;
  log.add({5000, 5000, 1, 1, sound}, {});
  log.prolong(4000);
  CHECK(log.last() == Run{5000, 5000, 2, 1, sound});
}

TEST_CASE("a value that moves by noise each second takes four bytes a run, with what is held ready") {
  std::mt19937_64 random(9);
  RunLog log;
  std::int64_t raw = 1194;
  constexpr int runs = 10'000;
  for (int i = 0; i < runs; ++i) {
    const auto ms = 1'790'000'000'000 + i * 1000 + static_cast<std::int64_t>(random() % 20);
    raw += random() % 2 == 0 ? 1 : -1;
    log.add({ms, ms, 1, value_of(raw, {0.01, 0}), sound}, {0.01, 0});
  }
  CHECK(log.bytes() <= 4 * runs);
}
