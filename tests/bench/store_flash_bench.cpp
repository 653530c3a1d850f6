// How much flash the store of the reference site wears in a day, by the process's own write counter.
//
//   store_flash_bench [--days N] [--runs N] [--events-a-day N] [--directory D]
//   store_flash_bench --realtime SECONDS [--compact-every SECONDS] …  (as above, by the factor of the real clock)
//
// Reference site: 250 points, each read every second; 25 measured values that move by noise (-1, 0, +1 steps) at every
// reading and drift, 25 that move every ten seconds or so, 200 states of which a few change an hour. Faults come, are
// updated, acknowledged and end: 20 such events a day, each with sixteen readings that explain it. Batches go to the
// centre each minute and are receipted. Compaction, housekeeping, and the checkpoint of both databases at the
// end are in the figures; making the files (once in a gateway's life) is not.
//
// The clock is an argument, so a day takes seconds. --realtime plays a while by the real clock, which also sees pages
// that the kernel writes back between two syncs, then exactly the same by the simulated one. A short run holds more
// than its share of what is rare (four events at least, a compaction, a close), so it is not scaled to a day: the
// simulated day is, kind of work by kind of work, by what the real clock added to each.
#include "firmware-agent/store/sqlite_store.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
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

struct Plan {
  int seconds = 86'400;
  bool real_clock = false;
  int compact_every = 3 * 3600;
  int events_a_day = 20;
  std::string directory = ".";
  std::uint64_t seed = 1;
};

/// What one kind of work wrote, and how often it was done.
struct Share {
  std::uint64_t disk = 0;
  std::uint64_t call = 0;
  std::uint64_t times = 0;

  void add(const Written& from, const Written& to) {
    disk += to.to_disk - from.to_disk;
    call += to.by_call - from.by_call;
    ++times;
  }
};

struct Shares {
  Share seconds;      ///< journal and tail
  Share compactions;  ///< with the second that brought each
  Share events;       ///< commits of findings
  Share receipts;
  Share end;  ///< flush, close, checkpoints
  double stored = 0;
  double history_bytes = 0;
};

/// The life of a fault in four events: opened, updated, acknowledged, returned.
FindingChange event_of(const agent::Site& site, std::uint32_t number, Moment now) {
  constexpr FindingEvent steps[] = {FindingEvent::opened, FindingEvent::updated, FindingEvent::acknowledged,
                                    FindingEvent::returned};
  auto change = tests::opened(site, number / 4 + 1, now);
  change.event = steps[number % 4];
  auto& finding = change.finding;
  for (int i = 0; i < 15; ++i) finding.analysis.evidence.push_back(finding.analysis.evidence.front());
  finding.analysis.confidence = 0.9 + 0.01 * (number % 4);
  if (number % 4 == 2) finding.state = AlarmState::acknowledged;
  if (number % 4 == 3) finding.state = AlarmState::normal;
  finding.active = number % 4 != 3;
  return change;
}

class Play {
 public:
  explicit Play(const Plan& plan)
      : plan_(plan), dir_(plan.directory), site_(tests::small_site(dir_.path(), boards)), walk_(plan.seed) {
    for (auto& point : site_.profiles[0].points) point.deadband = point.unit.empty() ? 0 : 0.25;
  }

  Shares run() {
    tests::OpenStore store(site_, options());
    if (!store.ok()) throw std::runtime_error(store.store.error().message);
    const int seconds = plan_.seconds;
    const int events = std::max(4, plan_.events_a_day * seconds / 86'400);
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < seconds; ++i) {
      clock_.advance(1s);
      second(store);
      if ((i + 1) * std::int64_t{events} / seconds > i * std::int64_t{events} / seconds) event(store);
      // The centre answers within a minute, as a healthy link does.
      if (i % 60 == 30) receipt(store);
      if (plan_.real_clock) std::this_thread::sleep_until(started + std::chrono::seconds{i + 1});
    }
    const auto before = written();
    tests::run(store.loop, store->close());
    const auto counters = store->counters();
    shares_.stored = static_cast<double>(counters.readings_stored);
    shares_.history_bytes = static_cast<double>(counters.history_bytes);
    store.store->reset();
    shares_.end.add(before, written());
    return shares_;
  }

 private:
  agent::StoreOptions options() {
    auto options = agent::default_store_options();
    options.now = [this] { return clock_.now(); };
    options.own_timer = false;
    options.tail_directory = tail_.path();
    options.compact_every = std::chrono::seconds{plan_.compact_every};
    return options;
  }

  void second(tests::OpenStore& store) {
    const auto history = store->counters().history_bytes;
    const auto before = written();
    store->gather(walk_.second(clock_.now()));
    store.settle();
    (store->counters().history_bytes == history ? shares_.seconds : shares_.compactions).add(before, written());
  }

  void event(tests::OpenStore& store) {
    const auto before = written();
    agent::FindingCommit commit{{event_of(site_, events_++, clock_.now())}, {}, clock_.now()};
    for (std::uint32_t p = 0; p < 16; ++p) commit.explaining.push_back(tests::a_reading(p, 12, clock_.now()));
    if (!tests::good(store.wait(store->commit(std::move(commit))))) throw std::runtime_error("a commit failed");
    shares_.events.add(before, written());
  }

  void receipt(tests::OpenStore& store) {
    const auto before = written();
    const auto rows = store.wait(store->claim({}, 20));
    for (const auto& row : rows.value()) (void)store.wait(store->receipt(row.epoch, {row.seq}));
    shares_.receipts.add(before, written());
  }

  const Plan& plan_;
  tests::TempDir dir_;
  tests::TempDir tail_;  // /run on a gateway
  agent::Site site_;
  Site250 walk_;
  tests::TestClock clock_;
  Shares shares_;
  std::uint32_t events_ = 0;
};

struct Figures {
  double disk = 0;  ///< bytes of the whole run
  double call = 0;
  double stored = 0;
  double history_bytes = 0;
};

std::array<const Share*, 5> kinds(const Shares& s) {
  return {&s.seconds, &s.compactions, &s.events, &s.receipts, &s.end};
}

/// What the real clock adds to each kind of work.
using Factors = std::array<double, 5>;
constexpr Factors no_change{1, 1, 1, 1, 1};

Figures sum(const Shares& s, const Factors& factors) {
  Figures all;
  for (std::size_t kind = 0; kind < factors.size(); ++kind) {
    all.disk += factors[kind] * static_cast<double>(kinds(s)[kind]->disk);
    all.call += static_cast<double>(kinds(s)[kind]->call);
  }
  all.stored = s.stored;
  all.history_bytes = s.history_bytes;
  return all;
}

void print_shares(const Shares& shares) {
  const auto line = [](const char* what, const Share& share) {
    fmt::print("  {:<14}{:>9} times  write_bytes {:>11}  wchar {:>11}\n", what, share.times, share.disk, share.call);
  };
  line("seconds", shares.seconds);
  line("compactions", shares.compactions);
  line("events", shares.events);
  line("receipts", shares.receipts);
  line("end", shares.end);
}

void print(const char* what, std::vector<double> values, const char* unit) {
  std::sort(values.begin(), values.end());
  fmt::print("{:<46} n {}  min {:.3f}  median {:.3f}  max {:.3f} {}\n", what, values.size(), values.front(),
             values[values.size() / 2], values.back(), unit);
}

Shares play(const Plan& plan) {
  auto shares = Play(plan).run();
  fmt::print("{} s by the {} clock, seed {}\n", plan.seconds, plan.real_clock ? "real" : "simulated", plan.seed);
  print_shares(shares);
  std::fflush(stdout);
  return shares;
}

/// Written by the real clock, to written by the simulated one, for the same work; never counted as less.
Factors factors_of_real_clock(Plan plan, int seconds) {
  plan.seconds = seconds;
  plan.compact_every = std::min(plan.compact_every, seconds - 60);
  plan.real_clock = true;
  const auto real = play(plan);
  plan.real_clock = false;
  const auto simulated = play(plan);
  auto factors = no_change;
  for (std::size_t kind = 0; kind < factors.size(); ++kind) {
    const auto base = static_cast<double>(kinds(simulated)[kind]->disk);
    if (base > 0) factors[kind] = std::max(1.0, static_cast<double>(kinds(real)[kind]->disk) / base);
  }
  fmt::print(
      "the real clock's factor: seconds {:.3f}, compactions {:.3f}, events {:.3f}, receipts {:.3f}, end {:.3f}\n",
      factors[0], factors[1], factors[2], factors[3], factors[4]);
  return factors;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Flash wear of the store for the reference site"};
  Plan plan;
  int days = 1;
  int runs = 3;
  int realtime = 0;
  app.add_option("--days", days, "simulated days a run")->check(CLI::Range(1, 365));
  app.add_option("--runs", runs, "runs, each with its own seed")->check(CLI::Range(1, 1000));
  app.add_option("--realtime", realtime, "play so many seconds by the real clock first, and take what it adds");
  app.add_option("--compact-every", plan.compact_every, "seconds between two compactions");
  app.add_option("--events-a-day", plan.events_a_day, "changes of findings a day");
  app.add_option("--directory", plan.directory, "a directory on a real disk (tmpfs counts nothing)");
  CLI11_PARSE(app, argc, argv);

  const auto factors = realtime > 120 ? factors_of_real_clock(plan, realtime) : no_change;
  plan.seconds = days * 86'400;
  std::vector<double> disk;
  std::vector<double> per_reading;
  std::vector<double> calls;
  std::vector<double> history;
  for (int i = 0; i < runs; ++i) {
    plan.seed = static_cast<std::uint64_t>(i) + 1;
    const auto figures = sum(play(plan), factors);
    disk.push_back(figures.disk / days / 1e6);
    per_reading.push_back(figures.disk / figures.stored);
    calls.push_back(figures.call / days / 1e6);
    history.push_back(figures.history_bytes / figures.stored);
  }
  print("written to disk a day (write_bytes)", disk, "MB");
  print("written to disk a stored reading (write_bytes)", per_reading, "bytes");
  print("handed to write() a day (wchar)", calls, "MB");
  print("history file a stored reading", history, "bytes");
  return 0;
}
