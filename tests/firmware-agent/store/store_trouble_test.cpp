// What the store does when the disk does not do its part.
#include "firmware-agent/store/sqlite_store.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

/// A disk of its own that can be filled. Needs root; `ok` is false without it.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    ok_ = mount("none", dir_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (ok_) umount2(dir_.path().c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const std::string& path() const { return dir_.path(); }

  void fill() const {
    std::ofstream file(path() + "/filler", std::ios::binary | std::ios::app);
    for (const std::size_t size : {std::size_t{1} << 20, std::size_t{4096}}) {
      const std::string piece(size, 'f');
      while (file.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) {
      }
      file.clear();
    }
  }
  void empty() const { std::filesystem::remove(path() + "/filler"); }

 private:
  TempDir dir_;
  bool ok_ = false;
};

std::vector<std::uint32_t> occurrences(OpenStore& store) {
  std::vector<std::uint32_t> found;
  for (const auto& finding : store.wait(store->open_findings()).value()) found.push_back(finding.id.occurrence);
  std::sort(found.begin(), found.end());
  return found;
}

void damage(const std::string& path, std::uint64_t offset, std::size_t size) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file << std::string(size, '\x5a');
}

}  // namespace

TEST_CASE("on a full disk findings still fit, a hundred times over; readings stop first and go on afterwards") {
  const SmallDisk disk("24m");
  if (!disk.ok()) {
    MESSAGE("SKIPPED: mounting a small disk needs root");
    return;
  }
  auto site = small_site(disk.path());
  TestClock clock;
  auto options = test_options(clock);
  options.reserve_bytes = 512 << 10;
  options.compact_every = 5s;
  OpenStore store(site, options);
  REQUIRE(good(store.store));
  std::uint32_t number = 0;
  int refused = 0;
  for (int cycle = 0; cycle < 100; ++cycle) {
    disk.fill();
    for (int i = 0; i < 3; ++i) {
      const agent::FindingCommit commit{{opened(site, ++number, clock.advance(1s))}, {}, clock.now()};
      if (!store.wait(store->commit(commit))) {
        ++refused;
        CHECK(store->counters().degraded);
        disk.empty();
        REQUIRE(good(store.wait(store->commit(commit))));
      }
    }
    for (int i = 0; i < 12; ++i) {
      const std::vector<Reading> readings{a_reading(8, 11 + i, clock.advance(1s))};
      store->gather(readings);
    }
    store.settle();
    disk.empty();
    for (int i = 0; i < 12; ++i) {
      const std::vector<Reading> readings{a_reading(8, 11 + i, clock.advance(1s))};
      store->gather(readings);
    }
    store.settle();
  }
  CHECK(refused == 0);
  CHECK_FALSE(store->counters().degraded);
  CHECK(std::filesystem::file_size(disk.path() + "/reserve.bin") == 512 << 10);
  const auto found = occurrences(store);
  CHECK(found.size() == number);
  const auto rows = store.wait(store->claim({}, 1000)).value();
  for (std::uint64_t i = 0; i < number; ++i) CHECK(rows[i].seq == i + 1);
  CHECK(store->counters().readings_dropped == 0);
}

TEST_CASE("a finding that does not fit at all is refused, and is there once after it was tried again") {
  const SmallDisk disk("4m");
  if (!disk.ok()) {
    MESSAGE("SKIPPED: mounting a small disk needs root");
    return;
  }
  const auto site = small_site(disk.path());
  TestClock clock;
  auto options = test_options(clock);
  options.reserve_bytes = 0;
  OpenStore store(site, options);
  REQUIRE(good(store.store));
  disk.fill();
  auto large = opened(site, 1, clock.now());
  large.finding.analysis.what.zh.assign(1 << 20, 'x');
  const agent::FindingCommit commit{{large}, {}, clock.now()};
  const auto failed = store.wait(store->commit(commit));
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Errc::storage);
  CHECK(failed.error().message.find("free some space") != std::string::npos);
  CHECK(store->counters().degraded);
  CHECK(store->counters().commit_failures == 1);
  disk.empty();
  REQUIRE(good(store.wait(store->commit(commit))));
  CHECK_FALSE(store->counters().degraded);
  CHECK(store.wait(store->claim({}, 10))->size() == 1);
}

TEST_CASE("on a disk that is full, reserve and all, the store opens, gives up readings aloud, and writes findings") {
  const SmallDisk disk("24m");
  if (!disk.ok()) {
    MESSAGE("SKIPPED: mounting a small disk needs root");
    return;
  }
  const auto site = small_site(disk.path());
  TestClock clock;
  auto options = test_options(clock);
  options.reserve_bytes = 512 << 10;
  std::uint32_t number = 0;
  const auto commit = [&](OpenStore& store) {
    const auto change = opened(site, ++number, clock.advance(1s));
    const auto written = store.wait(store->commit({{change}, {}, clock.now()}));
    if (!written) --number;
    return written.has_value();
  };
  {
    OpenStore store(site, options);
    REQUIRE(commit(store));
    const std::vector<Reading> readings{a_reading(8, 11, clock.advance(1s)), a_reading(8, 12, clock.advance(1s))};
    store->gather(readings);
    store.settle();
    disk.fill();
    for (int refused = 0; refused < 3;) {
      refused = commit(store) ? 0 : refused + 1;
      disk.fill();
    }
    CHECK_FALSE(std::filesystem::exists(disk.path() + "/reserve.bin"));
  }
  disk.fill();
  // Killed and started again and again; the first time costs the readings.
  for (int start = 0; start < 3; ++start) {
    OpenStore store(site, options);
    REQUIRE(good(store.store));
    store.loop.restart();
    store.loop.poll();
    std::string said;
    for (const auto& warning : store.warnings) said += warning + "\n";
    CHECK((said.find("was given up so that findings can be written") != std::string::npos) == (start == 0));
    CHECK(occurrences(store).size() == number);
    for (int i = 0; i < 20; ++i) REQUIRE(commit(store));
    const std::vector<Reading> readings{a_reading(8, 13, clock.advance(1s)), a_reading(8, 14, clock.advance(70s))};
    store->gather(readings);
    store.settle();
    CHECK(store->counters().degraded);
    CHECK(store->counters().readings_dropped == 0);
  }
  OpenStore store(site, options);
  disk.empty();
  for (int i = 0; i < 70; ++i) {
    const std::vector<Reading> readings{a_reading(8, 20 + i, clock.advance(1s))};
    store->gather(readings);
    store.settle();
  }
  CHECK_FALSE(store->counters().degraded);
  CHECK(std::filesystem::exists(disk.path() + "/reserve.bin"));
  CHECK(std::filesystem::file_size(disk.path() + "/readings.journal") == 1 << 20);
  CHECK(occurrences(store).size() == number);
}

TEST_CASE("a disk with no room at all refuses with the cure, and leaves the findings whole") {
  const SmallDisk disk("8m");
  if (!disk.ok()) {
    MESSAGE("SKIPPED: mounting a small disk needs root");
    return;
  }
  const auto site = small_site(disk.path());
  TestClock clock;
  {
    OpenStore store(site, clock);
    REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
  }
  for (const auto* name : {"history.db", "history.db-wal", "readings.journal", "reserve.bin"}) {
    std::filesystem::remove(disk.path() + "/" + name);
  }
  disk.fill();
  {
    OpenStore store(site, clock);
    REQUIRE_FALSE(store.ok());
    CHECK(store.store.error().message.find("free some space on this disk") != std::string::npos);
  }
  disk.empty();
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  CHECK(occurrences(store) == std::vector<std::uint32_t>{1});
}

TEST_CASE("when every write fails the store is degraded, answers stay, and writing resumes without a restart") {
  const SmallDisk disk("8m");
  if (!disk.ok()) {
    MESSAGE("SKIPPED: mounting a small disk needs root");
    return;
  }
  const auto site = small_site(disk.path());
  TestClock clock;
  OpenStore store(site, clock);
  REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
  const auto limit = [&](rlim_t size) {
    rlimit now{size, RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &now) == 0);
  };
  // A file size limit of nothing makes every write fail, whoever runs the test.
  signal(SIGXFSZ, SIG_IGN);
  limit(0);
  CHECK_FALSE(store.wait(store->commit({{opened(site, 2, clock.advance(1s))}, {}, clock.now()})).has_value());
  CHECK(store->counters().degraded);
  limit(RLIM_INFINITY);
  REQUIRE(good(store.wait(store->commit({{opened(site, 2, clock.now())}, {}, clock.now()}))));
  CHECK(occurrences(store) == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("corrupt findings are put aside aloud; what can be read of them is taken over and told again") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  std::string epoch;
  {
    OpenStore store(site, clock);
    auto ended = opened(site, 1, clock.now());
    ended.finding.state = AlarmState::normal;
    REQUIRE(good(store.wait(store->commit({{ended, opened(site, 2, clock.now())}, {}, clock.now()}))));
    // Many rows, so that damage in the outbox leaves the findings alone.
    for (int i = 0; i < 60; ++i) {
      auto update = opened(site, 2, clock.advance(1s));
      update.event = FindingEvent::updated;
      REQUIRE(good(store.wait(store->commit({{update}, {}, clock.now()}))));
    }
    epoch = store.wait(store->outbox_state())->findings_epoch;
    run(store.loop, store->close());
  }
  // The last pages of the file: rows of the ledger and the outbox.
  damage(dir / "findings.db", std::filesystem::file_size(dir / "findings.db") - 8192, 8192);
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  store.loop.restart();
  store.loop.poll();
  REQUIRE(store.warnings.size() == 2);
  CHECK(store.warnings[0].find("findings.db was corrupt") != std::string::npos);
  const auto state = store.wait(store->outbox_state());
  CHECK(state->findings_epoch != epoch);
  CHECK(state->findings_waiting == 1);
  CHECK(occurrences(store) == std::vector<std::uint32_t>{2});
  CHECK(store.wait(store->last_occurrences())->front().occurrence == 2);
}

TEST_CASE("a corrupt history does not touch the findings") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  {
    OpenStore store(site, clock);
    REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
    run(store.loop, store->close());
  }
  damage(dir / "history.db", 0, 4096);
  OpenStore store(site, clock);
  REQUIRE(good(store.store));
  CHECK(occurrences(store) == std::vector<std::uint32_t>{1});
  store.loop.restart();
  store.loop.poll();
  CHECK_FALSE(store.warnings.empty());
}

TEST_CASE("receipted rows are kept fourteen days, and while the clock cannot be believed") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  REQUIRE(
      good(store.wait(store->commit({{opened(site, 1, clock.now()), opened(site, 2, clock.now())}, {}, clock.now()}))));
  const auto epoch = store.wait(store->outbox_state())->findings_epoch;
  REQUIRE(store.wait(store->receipt(epoch, {1})).value() == 1);
  const auto kept_after = [&](std::chrono::hours later) {
    clock.advance(later);
    for (int i = 0; i < 2; ++i) {
      const std::vector<Reading> readings{a_reading(8, 12, clock.advance(1s))};
      store->gather(readings);
    }
    store.settle();
    return store.wait(store->outbox_state())->findings_receipted;
  };
  CHECK(kept_after(24h * 13) == 1);
  clock.trust(ClockTrust::floor);
  CHECK(kept_after(24h * 3) == 1);
  clock.trust(ClockTrust::ntp);
  CHECK(kept_after(2h) == 0);
  // What was not receipted waits for ever, and its number is not given again.
  CHECK(store.wait(store->claim({}, 10))->front().seq == 2);
  REQUIRE(good(store.wait(store->commit({{opened(site, 3, clock.now())}, {}, clock.now()}))));
  CHECK(store.wait(store->claim({}, 2))->back().seq == 3);
}

TEST_CASE("while the disk stands still readings wait in a bounded place, and the oldest go first") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  std::vector<Reading> readings(70'000, a_reading(8, 12, clock.now()));
  store->gather(readings);
  CHECK(store->counters().readings_gathered == 70'000);
  // In helpings of 1024.
  CHECK(store->counters().readings_dropped == 5 * 1024);
}

TEST_CASE("after close nothing more is taken, and closing twice is the same as once") {
  const TempDir dir;
  const auto site = small_site(dir.path());
  TestClock clock;
  OpenStore store(site, clock);
  run(store.loop, store->close());
  run(store.loop, store->close());
  const auto refused = store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::storage);
}
