#include "firmware-agent/polling/schedule.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

/// Plays a bus: each item takes its cost, a dead device's a time-out, and a probe of it what a quick one takes or what
/// it may. Devices fall silent and come back as the poller sees it: missed twice is dormant.
struct Play {
  Schedule schedule;
  BootTime now{};
  std::map<std::size_t, BootClock::duration> cost;
  std::set<DeviceIndex> dead;
  BootClock::duration timeout = 300ms;
  BootClock::duration quick_probe = 12ms;
  std::map<DeviceIndex, unsigned> misses;
  std::set<DeviceIndex> changed;        ///< missed anything: what its blocks waited is no matter of the schedule
  BootClock::duration paid{};           ///< for probes out of the share
  BootClock::duration longest_probe{};  ///< of those
  BootClock::duration slowest_probe{};  ///< in idle time too
  std::map<std::size_t, BootTime> last_read;
  std::map<std::size_t, BootClock::duration> longest_wait;
  std::map<Purpose, BootClock::duration> spent;
  std::map<Purpose, int> count;

  std::size_t add(unsigned device, BootClock::duration takes, std::chrono::milliseconds period = 1000ms) {
    const auto number = schedule.add({DeviceIndex{device}, 0, period}, now);
    cost[number] = takes;
    last_read[number] = now;
    return number;
  }

  /// Dead for a while already.
  void kill(unsigned device) {
    dead.insert(DeviceIndex{device});
    misses[DeviceIndex{device}] = 2;
    changed.insert(DeviceIndex{device});
    schedule.set_dormant(DeviceIndex{device}, true, now, timeout);
  }

  void step() {
    const auto task = schedule.next(now);
    if (!task) {
      const auto wake = schedule.wake(now);
      REQUIRE(wake > now);  // else the poller would spin
      now = wake;
      return;
    }
    const bool silent = dead.count(schedule.item(task->item).device) > 0;
    const auto takes = !silent ? cost[task->item] : task->purpose == Purpose::probe ? wait_of(*task) : timeout;
    const auto started = now;
    now += takes;
    if (task->purpose == Purpose::probe) slowest_probe = std::max(slowest_probe, takes);
    if (task->purpose == Purpose::probe && !task->idle) {
      paid += takes;
      longest_probe = std::max(longest_probe, takes);
    }
    spent[task->purpose] += takes;
    ++count[task->purpose];
    if (!silent) {
      auto& longest = longest_wait[task->item];
      longest = std::max(longest, now - last_read[task->item]);
      last_read[task->item] = now;
    }
    schedule.done(*task, started, now);
    believe(*task, silent);
  }

  [[nodiscard]] BootClock::duration wait_of(const Task& task) const {
    return std::clamp<BootClock::duration>(task.spare, quick_probe, 1s);
  }

  void believe(const Task& task, bool silent) {
    const auto device = schedule.item(task.item).device;
    auto& missed = misses[device];
    if (silent) {
      ++missed;
      changed.insert(device);
      if (missed == 1) schedule.doubt(task.item, now);
      if (missed == 2) schedule.set_dormant(device, true, now, timeout);
    } else {
      if (missed == 1) schedule.settle(device);
      if (missed >= 2) schedule.set_dormant(device, false, now, {});
      missed = 0;
    }
  }

  void run(BootClock::duration time) {
    const auto end = now + time;
    for (int steps = 0; now < end; ++steps) {
      REQUIRE(steps < 1'000'000);
      step();
    }
  }
};

}  // namespace

TEST_CASE("each block is read once per period and the rest of the time is idle") {
  Play play;
  for (unsigned i = 0; i < 5; ++i) play.add(i, 30ms);
  play.run(60s);
  CHECK(play.count[Purpose::poll] == 300);
  for (const auto& [item, wait] : play.longest_wait) CHECK(wait <= 1000ms + 150ms);
}

TEST_CASE("a bus that is too slow for its periods serves everything in turn") {
  Play play;
  for (unsigned i = 0; i < 32; ++i) play.add(i, 100ms);  // 3.2 s of work each second
  play.run(100s);
  for (const auto& [item, wait] : play.longest_wait) CHECK(wait <= 3200ms + 100ms);
}

TEST_CASE("a slow block is not starved by fast ones") {
  Play play;
  for (unsigned i = 0; i < 20; ++i) play.add(i, 100ms, 500ms);
  const auto slow = play.add(30, 100ms, 10s);
  play.run(120s);
  CHECK(play.longest_wait[slow] <= 10s + 2100ms + 100ms);
}

TEST_CASE("dormant devices cost a busy bus no more than the stated share, and the others at most one probe a round") {
  Play play;
  for (unsigned i = 0; i < 32; ++i) play.add(i, 40ms);
  for (unsigned i = 0; i < 4; ++i) play.kill(i);
  play.run(300s);
  const std::chrono::duration<double> spent = play.spent[Purpose::probe];
  CHECK(spent.count() <= 300 * probe_share + 0.02 + 0.012);
  CHECK(play.count[Purpose::probe] >= 230);
  for (const auto& [item, wait] : play.longest_wait) CHECK(wait <= 28 * 40ms + play.longest_probe + 40ms);
}

TEST_CASE("one dormant device on a full bus is asked within two seconds even where a question takes 18 ms") {
  Play play;
  for (unsigned i = 0; i < 32; ++i) play.add(i, 47ms, 50ms);
  play.quick_probe = 18ms;
  play.kill(7);
  BootTime last = play.now;
  BootClock::duration longest{};
  for (int i = 0; i < 5000; ++i) {
    const auto before = play.count[Purpose::probe];
    play.step();
    if (play.count[Purpose::probe] == before) continue;
    longest = std::max(longest, play.now - last);
    last = play.now;
  }
  CHECK(play.count[Purpose::probe] > 100);
  CHECK(longest <= 2s);
}

TEST_CASE("a probe waits longer and longer from time to time, in case the device has become slower") {
  Play play;
  for (unsigned i = 0; i < 32; ++i) play.add(i, 40ms);
  play.kill(0);
  play.run(60s);
  CHECK(play.longest_probe == play.quick_probe);
  play.run(60s);
  CHECK(play.longest_probe >= first_patience);
  play.run(1h);
  CHECK(play.longest_probe >= 8 * first_patience);
}

TEST_CASE("on an idle bus a dormant device is asked about once a second, for nothing, and patiently by turns") {
  Play play;
  play.add(0, 20ms);
  play.add(1, 20ms);
  play.kill(1);
  play.run(60s);
  CHECK(play.count[Purpose::probe] >= 40);
  CHECK(play.paid == 0ms);
  CHECK(play.slowest_probe >= 500ms);
  CHECK(play.longest_wait[0] <= 1020ms + 20ms);
}

TEST_CASE(
    "on an idle bus devices are back within two seconds of answering, however long their silence was waited for") {
  Play play;
  play.timeout = 1s;
  for (unsigned i = 0; i < 8; ++i) play.add(i, 15ms);
  play.run(5s);
  for (unsigned i = 0; i < 6; ++i) play.kill(i);
  play.dead.clear();
  play.run(2s);
  for (const auto& [device, misses] : play.misses) CHECK(misses == 0);
  CHECK(play.count[Purpose::probe] == 6);
  CHECK(play.paid == 0ms);
}

TEST_CASE("a silence that decides something is asked about at once, two or three times, and then as the share allows") {
  Play play;
  for (unsigned i = 0; i < 32; ++i) play.add(i, 40ms, 50ms);
  play.run(5s);
  play.kill(3);
  const auto since = play.now;
  std::vector<BootClock::duration> asked;
  while (play.now < since + 10s) {
    const auto before = play.count[Purpose::probe];
    play.schedule.hasten(DeviceIndex{3}, play.now);
    play.step();
    if (play.count[Purpose::probe] > before) asked.push_back(play.now - since);
  }
  REQUIRE(asked.size() > 4);
  CHECK(asked[1] < 200ms);
  CHECK(asked.size() <= 2 + 10 * 0.01 / 0.012 + 1);
}

TEST_CASE("on an idle bus, too, a silence that decides something is asked about only as the share allows") {
  Play play;
  for (unsigned i = 0; i < 4; ++i) play.add(i, 1ms);
  play.quick_probe = 2ms;
  play.run(5s);
  play.kill(3);
  const auto since = play.now;
  while (play.now < since + 10s) {
    play.schedule.hasten(DeviceIndex{3}, play.now);
    play.step();
  }
  CHECK(play.count[Purpose::probe] >= 10);
  CHECK(play.count[Purpose::probe] <= 10 + 10 * 0.01 / 0.002 + 10 + 1);
}

TEST_CASE("to hasten a living device brings its next poll forward, in the place of a later one") {
  Schedule schedule;
  for (unsigned i = 0; i < 3; ++i) schedule.add({DeviceIndex{i}, 0, 1s}, BootTime{10s + i * 100ms});
  CHECK_FALSE(schedule.next(BootTime{9500ms}));
  schedule.hasten(DeviceIndex{1}, BootTime{9500ms});
  const auto task = schedule.next(BootTime{9500ms});
  REQUIRE(task);
  CHECK(task->item == 1);
  CHECK(task->purpose == Purpose::poll);
  schedule.done(*task, BootTime{9500ms}, BootTime{9540ms});
  CHECK(schedule.wake(BootTime{9540ms}) == BootTime{10s});
  const auto next = schedule.next(BootTime{10s});
  REQUIRE(next);
  schedule.done(*next, BootTime{10s}, BootTime{10040ms});
  CHECK(schedule.wake(BootTime{10040ms}) == BootTime{10200ms});  // item 1 is due at 10.5 s now
}

TEST_CASE("a device missed once is asked again when nothing is due, or in its turn, so one round pays one time-out") {
  Play idle;
  for (unsigned i = 0; i < 2; ++i) idle.add(i, 20ms);
  idle.run(2500ms);
  idle.dead.insert(DeviceIndex{0});
  idle.run(1s);
  CHECK(idle.misses[DeviceIndex{0}] >= 2);  // within the period in which it was missed

  Play full;
  for (unsigned i = 0; i < 8; ++i) full.add(i, 40ms, 50ms);
  full.run(5s);
  full.longest_wait.clear();
  full.dead.insert(DeviceIndex{3});
  full.run(5s);
  CHECK(full.misses[DeviceIndex{3}] > 2);
  for (const auto& [item, wait] : full.longest_wait) CHECK(wait <= 8 * 40ms + full.timeout);
}

TEST_CASE(
    "a device missed once on a bus that is always full is asked again after two seconds, however long its period") {
  Play play;
  for (unsigned i = 0; i < 8; ++i) play.add(i, 40ms, 50ms);
  play.add(9, 40ms, 60s);
  play.run(1s);
  play.dead.insert(DeviceIndex{9});
  play.schedule.hasten(DeviceIndex{9}, play.now);
  play.run(3500ms);
  CHECK(play.misses[DeviceIndex{9}] >= 2);
}

TEST_CASE("a device that came back is read at once") {
  Play play;
  const auto item = play.add(0, 20ms);
  play.add(1, 20ms);
  play.kill(0);
  play.run(10s);
  play.dead.clear();
  play.schedule.set_dormant(DeviceIndex{0}, false, play.now, {});
  const auto task = play.schedule.next(play.now);
  REQUIRE(task);
  CHECK(task->item == item);
  CHECK(task->purpose == Purpose::poll);
}

TEST_CASE("a wish goes first but never twice in a row before a poll that is due") {
  Schedule schedule;
  const auto a = schedule.add({DeviceIndex{0}, 0, 1s}, BootTime{});
  const auto b = schedule.add({DeviceIndex{1}, 0, 1s}, BootTime{});
  schedule.wish(b, Purpose::confirm, BootTime{});
  schedule.wish(a, Purpose::fresh, BootTime{});
  const auto first = schedule.next(BootTime{});
  REQUIRE(first);
  CHECK(first->purpose == Purpose::fresh);
  const auto second = schedule.next(BootTime{});
  REQUIRE(second);
  CHECK(second->purpose == Purpose::poll);
  const auto third = schedule.next(BootTime{});
  REQUIRE(third);
  CHECK(third->purpose == Purpose::confirm);
}

TEST_CASE("a wish for later waits, and wakes the poller in time") {
  Schedule schedule;
  const auto a = schedule.add({DeviceIndex{0}, 0, 10s}, BootTime{10s});
  schedule.wish(a, Purpose::confirm, BootTime{100ms});
  CHECK_FALSE(schedule.next(BootTime{}));
  CHECK(schedule.wake(BootTime{}) == BootTime{100ms});
  CHECK(schedule.next(BootTime{100ms}));
}

TEST_CASE("a removed block is not read again") {
  Schedule schedule;
  const auto a = schedule.add({DeviceIndex{0}, 0, 1s}, BootTime{});
  schedule.remove(a);
  schedule.wish(a, Purpose::fresh, BootTime{});
  CHECK_FALSE(schedule.next(BootTime{5s}));
}

TEST_CASE("a place that became free is used again, so that years of re-planning need no more room") {
  Schedule schedule;
  const auto a = schedule.add({DeviceIndex{0}, 0, 1s}, BootTime{});
  const auto b = schedule.add({DeviceIndex{1}, 0, 1s}, BootTime{});
  for (int i = 0; i < 1000; ++i) {
    schedule.remove(a);
    CHECK(schedule.add({DeviceIndex{0}, 0, 1s}, BootTime{}) == a);
  }
  CHECK(schedule.size() == 2);
  CHECK(schedule.item(b).device == DeviceIndex{1});
}

TEST_CASE("a block that is planned while its device is dormant waits for the device") {
  Schedule schedule;
  schedule.add({DeviceIndex{0}, 0, 1s}, BootTime{});
  schedule.set_dormant(DeviceIndex{0}, true, BootTime{}, 300ms);
  schedule.add({DeviceIndex{0}, 1, 1s}, BootTime{});
  CHECK_FALSE(schedule.next(BootTime{500ms}));
}

TEST_CASE("for any buses, periods, costs and dead devices no living block is older than the stated bound") {
  std::mt19937 random(1);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  for (int trial = 0; trial < 400; ++trial) {
    Play play;
    play.timeout = std::chrono::milliseconds(pick(20, 1000));
    play.quick_probe = std::chrono::milliseconds(pick(2, 60));
    const auto devices = static_cast<unsigned>(pick(1, 32));
    std::map<std::size_t, std::chrono::milliseconds> period;
    for (unsigned d = 0; d < devices; ++d) {
      for (int block = pick(1, 3); block > 0; --block) {
        const auto every = std::chrono::milliseconds(pick(1, 60) * 50);
        period[play.add(d, std::chrono::milliseconds(pick(3, 120)), every)] = every;
      }
    }
    for (unsigned d = 0; d < devices; ++d) {
      if (pick(0, 3) == 0) play.kill(d);
    }
    play.run(20s);
    // One more dies and one comes back, now and then: never so close together that a round would pay for two.
    BootClock::duration round{};
    BootClock::duration longest = play.longest_probe;
    for (const auto& [item, takes] : play.cost) {
      round += takes;
      longest = std::max(longest, takes);
    }
    for (int change = 0; change < 4; ++change) {
      const DeviceIndex device{static_cast<unsigned>(pick(0, static_cast<int>(devices) - 1))};
      if (!play.dead.insert(device).second) play.dead.erase(device);
      play.run(20s);
    }
    const auto living = [&](std::size_t item) { return play.misses[play.schedule.item(item).device] == 0; };
    const auto saved = std::chrono::nanoseconds{probe_savings} + play.longest_probe;
    for (const auto& [item, wait] : play.longest_wait) {
      if (!living(item) || play.changed.count(play.schedule.item(item).device) > 0) continue;
      CAPTURE(trial);
      CAPTURE(item);
      const auto bound = std::chrono::duration<double>(round + longest + play.timeout + saved) / (1 - probe_share);
      CHECK(std::chrono::duration<double>(wait) <= std::chrono::duration<double>(period[item]) + bound);
    }
  }
}
