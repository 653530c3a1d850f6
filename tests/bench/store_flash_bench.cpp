// How much flash the store of the reference site wears in a day, by the process's own write counter.
//
//   store_flash_bench [--days N] [--runs N] [--realtime SECONDS] [--directory D] [--poll-findings N]
//
// Reference site: 250 points, each read every second; 25 measured values that move by noise (-1, 0, +1 steps) at every
// reading and drift, 25 that move every ten seconds or so, 200 states of which a few change an hour; 24 findings a day.
// The clock is an argument, so a day takes seconds; --realtime plays it by the real clock for a while and scales up,
// which also sees pages that the kernel writes back between two syncs.
#include "firmware-agent/store/sqlite_store.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <random>
#include <thread>

namespace {

using namespace inspect;
using namespace std::chrono_literals;

constexpr std::size_t boards = 25;  // of ten points

struct Written {
  std::uint64_t to_disk = 0;  ///< write_bytes: pages made dirty, 4 KiB each
  std::uint64_t by_call = 0;  ///< wchar
};

Written written() {
  std::ifstream io("/proc/self/io");
  std::string key;
  std::uint64_t value = 0;
  Written now;
  std::uint64_t cancelled = 0;
  while (io >> key >> value) {
    if (key == "write_bytes:") now.to_disk = value;
    if (key == "cancelled_write_bytes:") cancelled = value;
    if (key == "wchar:") now.by_call = value;
  }
  (void)cancelled;  // pages that were dirtied and dropped unwritten; left in, so the figure is on the safe side
  return now;
}

/// Walks every point of the reference site.
class Site250 {
 public:
  explicit Site250(std::uint64_t seed) : random_(seed), raw_(boards * 10) {
    for (std::size_t i = 0; i < raw_.size(); ++i) raw_[i] = is_state(i) ? 0 : 1194 + static_cast<std::int64_t>(i);
  }

  /// Boards are read one after the other, some 20 ms each, with the jitter of a real line.
  std::vector<Reading> second(Moment start) {
    std::vector<Reading> readings;
    for (std::size_t board = 0; board < boards; ++board) {
      auto at = start;
      const auto offset = std::chrono::milliseconds{board * 38 + random_() % 4};
      at.boot += offset;
      at.wall += offset;
      for (std::size_t p = board * 10; p < board * 10 + 10; ++p) {
        step(p);
        const double value = is_state(p) ? static_cast<double>(raw_[p]) : static_cast<double>(raw_[p]) * 0.01;
        readings.push_back({static_cast<PointIndex>(p), value, Quality::good, Reason::none, at, at.boot + 3s});
      }
    }
    return readings;
  }

 private:
  static bool is_state(std::size_t point) { return point % 10 < 8; }
  void step(std::size_t point) {
    if (is_state(point)) {
      if (random_() % 36'000 == 0) raw_[point] ^= 1;
    } else if (point % 10 == 8) {
      raw_[point] += static_cast<std::int64_t>(random_() % 3) - 1;
    } else if (random_() % 10 == 0) {
      raw_[point] += random_() % 2 == 0 ? 1 : -1;
    }
  }

  std::mt19937_64 random_;
  std::vector<std::int64_t> raw_;
};

struct Result {
  double megabytes_a_day = 0;
  double bytes_a_reading = 0;
  double by_call = 0;
  double history_bytes_a_reading = 0;
};

struct Plan {
  int days = 1;
  int realtime = 0;
  std::string directory = ".";
  std::uint64_t seed = 1;
};

Result play(const Plan& plan) {
  const tests::TempDir dir(plan.directory);
  const tests::TempDir tail;  // /run on a gateway
  auto site = tests::small_site(dir.path(), boards);
  for (auto& point : site.profiles[0].points) point.deadband = point.unit.empty() ? 0 : 0.25;
  tests::TestClock clock;
  tests::OpenStore store(site, [&] {
    auto options = agent::default_store_options();
    options.now = [&clock] { return clock.now(); };
    options.own_timer = false;
    options.tail_directory = tail.path();
    return options;
  }());
  if (!store.ok()) throw std::runtime_error(store.store.error().message);
  Site250 walk(plan.seed);
  const int seconds = plan.realtime > 0 ? plan.realtime : plan.days * 86'400;
  const auto begin = written();
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < seconds; ++i) {
    clock.advance(1s);
    store->gather(walk.second(clock.now()));
    store.settle();
    if (i % 3600 == 1800) {
      const auto number = static_cast<std::uint32_t>(i / 3600 + 1);
      (void)store.wait(store->commit({{tests::opened(site, number, clock.now())}, {}, clock.now()}));
    }
    // The centre answers within a minute, as a healthy link does.
    if (i % 60 == 30) {
      const auto rows = store.wait(store->claim({}, 20));
      for (const auto& row : rows.value()) (void)store.wait(store->receipt(row.epoch, {row.seq}));
    }
    if (plan.realtime > 0) std::this_thread::sleep_until(started + std::chrono::seconds{i + 1});
  }
  tests::run(store.loop, store->close());
  const auto end = written();
  const auto counters = store->counters();
  const double per_day = 86'400.0 / seconds;
  const auto bytes = static_cast<double>(end.to_disk - begin.to_disk);
  const auto stored = static_cast<double>(counters.readings_stored);
  return {bytes * per_day / 1e6, bytes / stored, static_cast<double>(end.by_call - begin.by_call) * per_day / 1e6,
          static_cast<double>(counters.history_bytes) / stored};
}

void print(const char* what, std::vector<double> values, const char* unit) {
  std::sort(values.begin(), values.end());
  fmt::print("{:<34} n {}  min {:.3f}  median {:.3f}  max {:.3f} {}\n", what, values.size(), values.front(),
             values[values.size() / 2], values.back(), unit);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Flash wear of the store for the reference site"};
  Plan plan;
  int runs = 3;
  app.add_option("--days", plan.days, "simulated days a run");
  app.add_option("--runs", runs, "runs, each with its own seed");
  app.add_option("--realtime", plan.realtime, "play by the real clock for so many seconds instead");
  app.add_option("--directory", plan.directory, "a directory on a real disk (tmpfs counts nothing)");
  CLI11_PARSE(app, argc, argv);

  std::vector<double> megabytes;
  std::vector<double> per_reading;
  std::vector<double> calls;
  std::vector<double> history;
  for (int i = 0; i < runs; ++i) {
    plan.seed = static_cast<std::uint64_t>(i + 1);
    const auto result = play(plan);
    megabytes.push_back(result.megabytes_a_day);
    per_reading.push_back(result.bytes_a_reading);
    calls.push_back(result.by_call);
    history.push_back(result.history_bytes_a_reading);
  }
  print("written to disk a day", megabytes, "MB");
  print("written to disk a stored reading", per_reading, "bytes");
  print("handed to write() a day", calls, "MB");
  print("history file a stored reading", history, "bytes");
  return 0;
}
