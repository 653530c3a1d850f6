// The quiet path: nearly every call of a watchman's life finds nothing, and must cost next to nothing.

#include "firmware-agent/detection/watchman.hpp"

#include "tests/firmware-agent/detection/allocation_count.hpp"
#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

TEST_CASE("healthy readings, answers and ticks allocate nothing") {
  WatchedSite w;
  Verdict verdict;
  std::vector<Reading> block;
  for (std::size_t i = 0; i < w.place.site.points.size(); ++i) block.push_back(good(PointIndex(i), 0, w.now()));
  const auto set = [&](PointIndex point, double value) { block[at(point)].value = value; };
  set(w.place.voltage, 12);
  set(w.place.test, 250);
  set(w.place.leakage, 1);
  std::size_t warm = 0;
  for (int i = 0; i < 100; ++i) {
    if (i == 10) warm = allocation_count();
    w.wait(1s);
    const auto now = w.now();
    for (auto& reading : block) {
      reading.measured_at = now;
      reading.good_until = now.boot + 3s;
    }
    set(w.place.command_1, i / 20 % 2);
    set(w.place.state_1, i / 20 % 2);
    w.man->take(block, now, verdict);
    w.man->take(DeviceAttempt{w.place.board, w.place.line, now, std::nullopt, DeviceHealth::active}, verdict);
    w.man->tick(now, verdict);
  }
  CHECK(warm > 0);
  CHECK(allocation_count() == warm);
  CHECK(verdict.changes.empty());
}
