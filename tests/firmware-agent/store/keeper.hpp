#pragma once

#include "firmware-agent/store/reading_keeper.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

namespace inspect::tests {

constexpr auto volts = static_cast<PointIndex>(8);

/// A keeper without a thread: what is due is done when the test says what time it is.
struct Keeper {
  Keeper(const agent::Site& site, const TestClock& the_clock, agent::StoreOptions opts)
      : options(std::move(opts)),
        clock(the_clock),
        reserve(site.store.directory, options.reserve_bytes),
        keeper(site, options, reserve, [this](const std::string& text) { warnings.push_back(text); }) {
    opened = good(keeper.open());
  }
  Keeper(const agent::Site& site, const TestClock& the_clock) : Keeper(site, the_clock, test_options(the_clock)) {}

  bool take(double value) { return keeper.take({a_reading(8, value, clock.now())}, clock.now().boot); }
  std::vector<std::string> claim() {
    std::vector<std::string> payloads;
    for (auto& row : keeper.claim({}, 1000, 1 << 20).value()) payloads.push_back(row.payload);
    return payloads;
  }

  std::vector<std::string> warnings;
  agent::StoreOptions options;
  const TestClock& clock;
  agent::storage::Reserve reserve;
  agent::storage::ReadingKeeper keeper;
  bool opened = false;
};

inline std::size_t entries(agent::storage::ReadingKeeper& keeper, const TestClock& clock) {
  return keeper.history(volts, WallTime{}, clock.now().wall, 1'000'000).value().size();
}

}  // namespace inspect::tests
