#include "firmware-agent/polling/schedule.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;

namespace {

/// Plays a bus: each item takes its cost, dormant devices take a time-out.
struct Play {
  Schedule schedule;
  BootTime now{};
  std::map<std::size_t, BootClock::duration> cost;
  std::set<DeviceIndex> dead;
  BootClock::duration timeout = 300ms;
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

  void kill(unsigned device) {
    dead.insert(DeviceIndex{device});
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
    const auto takes = silent ? timeout : cost[task->item];
    const auto started = now;
    now += takes;
    spent[task->purpose] += takes;
    ++count[task->purpose];
    if (!silent) {
      auto& longest = longest_wait[task->item];
      longest = std::max(longest, now - last_read[task->item]);
      last_read[task->item] = now;
    }
    schedule.done(*task, started, now);
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
  const auto share = std::chrono::duration<double>(play.spent[Purpose::probe]).count() / 300.0;
  CHECK(share <= probe_share * 1.05);
  CHECK(play.count[Purpose::probe] >= 40);
  for (const auto& [item, wait] : play.longest_wait) CHECK(wait <= 28 * 40ms + 300ms + 40ms);
}

TEST_CASE("on an idle bus a dormant device is asked about once a second, for nothing") {
  Play play;
  play.add(0, 20ms);
  play.add(1, 20ms);
  play.kill(1);
  play.run(60s);
  CHECK(play.count[Purpose::probe] >= 40);
  CHECK(play.longest_wait[0] <= 1020ms + 20ms);
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

TEST_CASE("for any buses, periods and dead devices no live block waits longer than its period, one round and a probe") {
  std::mt19937 random(1);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  for (int trial = 0; trial < 300; ++trial) {
    Play play;
    const auto devices = static_cast<unsigned>(pick(1, 32));
    BootClock::duration round{};
    BootClock::duration longest_period{};
    std::map<std::size_t, std::chrono::milliseconds> period;
    for (unsigned d = 0; d < devices; ++d) {
      const auto takes = std::chrono::milliseconds(pick(5, 120));
      const auto every = std::chrono::milliseconds(pick(2, 40) * 100);
      period[play.add(d, takes, every)] = every;
      round += takes;
      longest_period = std::max<BootClock::duration>(longest_period, every);
    }
    for (unsigned d = 0; d < devices; ++d) {
      if (pick(0, 3) == 0) play.kill(d);
    }
    play.run(60s);
    for (const auto& [item, wait] : play.longest_wait) {
      CAPTURE(trial);
      CAPTURE(item);
      CHECK(wait <= period[item] + 2 * round + 2 * play.timeout);
    }
  }
}
