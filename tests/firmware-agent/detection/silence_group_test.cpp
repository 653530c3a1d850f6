#include "firmware-agent/detection/silence_group.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

constexpr BootTime start{1h};

Silence silent(std::chrono::seconds heard, std::chrono::seconds missed) {
  return {start + heard, start + missed, 2, false};
}
Silence alive(std::chrono::seconds heard) { return {start + heard, BootTime::max(), 0, false}; }

using Members = std::vector<std::size_t>;

}  // namespace

TEST_CASE("devices whose silences could have begun at one instant are a group, the living are not of it") {
  const std::vector<Silence> devices{silent(10s, 11s), alive(14s), silent(9s, 12s), silent(10s, 13s)};
  const auto onset = common_onset(devices, 2);
  CHECK(onset.members == Members{0, 2, 3});
  CHECK(onset.complete);
  CHECK(onset.from == start + 10s);
  CHECK(onset.until == start + 11s);
}

TEST_CASE("who answered after another was missed fell silent at another time") {
  const std::vector<Silence> devices{silent(10s, 11s), silent(20s, 21s)};
  CHECK(common_onset(devices, 0).members == Members{0});
  CHECK(common_onset(devices, 1).members == Members{1});
}

TEST_CASE("a group is complete when everybody else was heard after it or is told already") {
  std::vector<Silence> devices{silent(10s, 11s), silent(10s, 11s), alive(9s)};
  CHECK_FALSE(common_onset(devices, 0).complete);
  devices[2].misses = 1;
  CHECK_FALSE(common_onset(devices, 0).complete);
  devices[2] = alive(12s);
  CHECK(common_onset(devices, 0).complete);
  devices[2] = silent(1s, 2s);
  devices[2].out = true;
  CHECK(common_onset(devices, 0).complete);
  CHECK(common_onset(devices, 0).members == Members{0, 1});
}

TEST_CASE("an onset holds a later conviction that began with it") {
  const std::vector<Silence> devices{silent(10s, 11s), silent(10s, 12s), alive(20s)};
  const auto onset = common_onset(devices, 0);
  CHECK(onset.holds(silent(5s, 60s)));
  CHECK_FALSE(onset.holds(silent(30s, 60s)));
}

TEST_CASE("a supply is lost when all it feeds are silent, and nobody else is") {
  const std::vector<std::string> supplies{"a", "a", "b", "", "a"};
  CHECK(common_supply(supplies, Members{0, 1, 4}) == "a");
  CHECK_FALSE(common_supply(supplies, Members{0, 1}).has_value());
  CHECK_FALSE(common_supply(supplies, Members{0, 1, 2, 4}).has_value());
  CHECK_FALSE(common_supply(supplies, Members{3}).has_value());
  CHECK_FALSE(common_supply(supplies, Members{}).has_value());
}
