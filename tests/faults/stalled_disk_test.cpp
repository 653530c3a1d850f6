// A disk that stands still or turns read-only: the watch goes on (reliability F11, F19).
#include "tests/faults/fault_injector.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <thread>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;
using faults::Plan;

namespace {

/// A real file system in a file, which can be made to abort as after a write error. Needs root, loop devices and
/// mkfs.ext4; `ok` is false without them.
class Ext4 {
 public:
  Ext4() {
    std::filesystem::create_directory(mount_point());
    made_ = sh("truncate -s 48M " + image()) && sh("mkfs.ext4 -q -F " + image());
    ok_ = made_ && attach();
  }
  Ext4(const Ext4&) = delete;
  Ext4& operator=(const Ext4&) = delete;
  ~Ext4() { detach(); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string mount_point() const { return dir_ / "disk"; }
  bool attach() { return sh("mount -o loop,errors=remount-ro " + image() + " " + mount_point()); }
  /// The kernel refuses every write from now on, whoever has the file open.
  bool abort() { return sh("mount -o remount,abort " + mount_point()); }
  bool detach() { return sh("umount " + mount_point()); }
  bool mend() {
    // fsck answers 1 when it mended something.
    const int status = std::system(("fsck.ext4 -fy " + image() + " >/dev/null 2>&1").c_str());
    return status != -1 && WEXITSTATUS(status) <= 1 && attach();
  }

 private:
  static bool sh(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }
  [[nodiscard]] std::string image() const { return dir_ / "image"; }

  TempDir dir_{std::filesystem::temp_directory_path().string()};
  bool made_ = false;
  bool ok_ = false;
};

std::set<std::uint32_t> occurrences(OpenStore& store) {
  std::set<std::uint32_t> found;
  for (const auto& finding : store.wait(store->open_findings()).value()) found.insert(finding.id.occurrence);
  return found;
}

void second(OpenStore& store, TestClock& clock, double value) {
  const std::vector<Reading> readings{a_reading(8, value, clock.advance(1s))};
  store->gather(readings);
}

}  // namespace

TEST_CASE("on a file system that turned read-only findings are refused aloud, and all are there after it was mended") {
  Ext4 disk;
  if (!disk.ok()) {
    MESSAGE("SKIPPED: needs root, a loop device and mkfs.ext4");
    return;
  }
  const auto directory = disk.mount_point() + "/store";
  const TempDir tail;
  const auto site = small_site(directory);
  TestClock clock;
  auto options = test_options(clock);
  options.tail_directory = tail.path();
  const auto refused = opened(site, 2, clock.now());
  {
    OpenStore store(site, options);
    REQUIRE(good(store.store));
    REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
    REQUIRE(disk.abort());
    for (int i = 0; i < 3; ++i) {
      const auto result = store.wait(store->commit({{refused}, {}, clock.now()}));
      REQUIRE_FALSE(result.has_value());
      CHECK(result.error().code == Errc::storage);
      CHECK(store->counters().degraded);
    }
    for (int i = 0; i < 70; ++i) second(store, clock, 11);
    store.settle();
    CHECK(store->counters().degraded);
    run(store.loop, store->close());
  }
  const OpenStore hopeless(site, options);
  CHECK_FALSE(hopeless.ok());
  REQUIRE(disk.detach());
  REQUIRE(disk.mend());
  OpenStore store(site, options);
  REQUIRE(good(store.store));
  REQUIRE(good(store.wait(store->commit({{refused}, {}, clock.now()}))));
  CHECK(occurrences(store) == std::set<std::uint32_t>{1, 2});
  CHECK(store.wait(store->claim({}, 10))->size() >= 2);
}

TEST_CASE("a disk that answers EROFS for a while is written again without a restart") {
  const TempDir base;
  const TempDir tail;
  const auto site = small_site(base / "store");
  TestClock clock;
  auto options = test_options(clock);
  options.tail_directory = tail.path();
  faults::arm({base / "store", Plan::Kind::error, 0});
  OpenStore store(site, options);
  REQUIRE(good(store.wait(store->commit({{opened(site, 1, clock.now())}, {}, clock.now()}))));
  faults::arm({base / "store", Plan::Kind::error, 1, true, EROFS});
  for (int i = 0; i < 5; ++i) {
    const auto result = store.wait(store->commit({{opened(site, 2, clock.now())}, {}, clock.now()}));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::storage);
  }
  CHECK(store->counters().degraded);
  CHECK(store->counters().commit_failures == 5);
  for (int i = 0; i < 130; ++i) second(store, clock, 11 + i % 3);
  store.settle();
  faults::disarm();
  REQUIRE(good(store.wait(store->commit({{opened(site, 2, clock.now())}, {}, clock.now()}))));
  // At the latest a minute later the journal is begun anew, and the second after that is good.
  for (int i = 0; i < 68; ++i) second(store, clock, 11);
  store.settle();
  for (int i = 0; i < 2; ++i) second(store, clock, 11);
  store.settle();
  CHECK_FALSE(store->counters().degraded);
  CHECK(occurrences(store) == std::set<std::uint32_t>{1, 2});
  CHECK(store->counters().readings_dropped == 0);
  CHECK(store->counters().readings_stored == 200);
}

TEST_CASE("while the disk stands still the loop never waits, what waits is bounded, and what is lost is counted") {
  const TempDir base;
  const TempDir tail;
  const auto site = small_site(base / "store");
  TestClock clock;
  auto options = test_options(clock);
  options.tail_directory = tail.path();
  faults::arm({base / "store", Plan::Kind::error, 0});
  OpenStore store(site, options);
  REQUIRE(good(store.store));
  faults::arm({base / "store", Plan::Kind::stall});

  std::vector<Result<void>> answers;
  const auto commit = [&](std::uint32_t number) {
    boost::asio::co_spawn(
        store.loop, store->commit({{opened(site, number, clock.now())}, {}, clock.now()}),
        [&](const std::exception_ptr&, Result<void> result) { answers.push_back(std::move(result)); });
  };
  commit(1);
  store.loop.restart();
  store.loop.poll();
  while (faults::stalled() == 0) std::this_thread::yield();
  const auto last_beat = store->heartbeat();

  // Ten minutes of the reference site, and far more questions than may wait.
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 600; ++i) {
    const auto now = clock.advance(1s);
    std::vector<Reading> readings;
    for (std::uint32_t p = 0; p < 250; ++p) readings.push_back(a_reading(p % 20, i, now));
    store->gather(readings);
    if (i < 300) commit(static_cast<std::uint32_t>(i) + 2);
    store.loop.restart();
    store.loop.poll();
  }
  CHECK(std::chrono::steady_clock::now() - begun < 20s);  // it would be for ever
  CHECK(store->heartbeat() == last_beat);                 // the watchdog sees it
  const auto during = store->counters();
  CHECK(during.readings_gathered == 150'000);
  CHECK(during.readings_dropped > 150'000 - 2 * 65'536 - 1024);
  CHECK(during.readings_dropped < 150'000 - 65'536 + 1024);
  const auto refused_at_once = answers.size();
  CHECK(refused_at_once > 40);
  for (const auto& answer : answers) CHECK(answer.error().code == Errc::storage);

  faults::disarm();
  store.loop.restart();
  while (answers.size() < 301) store.loop.run_one();
  second(store, clock, 5);
  second(store, clock, 6);
  store.settle();
  CHECK(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a.has_value(); }) ==
        static_cast<std::ptrdiff_t>(301 - refused_at_once));
  CHECK(occurrences(store).size() == 301 - refused_at_once);
  const auto after = store->counters();
  // The last second still waits for the next one.
  CHECK(after.readings_gathered == after.readings_stored + after.readings_dropped);
  CHECK(store->heartbeat() > last_beat);
  CHECK_FALSE(after.degraded);
}
