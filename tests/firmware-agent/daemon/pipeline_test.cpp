#include "firmware-agent/daemon/pipeline.hpp"

#include "drivers/bus/clock.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

using namespace inspect;
using namespace inspect::agent;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Remembers what it was given; fails as often as it is told.
struct FakeStore final : Store {
  std::vector<FindingCommit> commits;
  int failures = 0;
  int tries = 0;
  std::size_t gathered = 0;
  std::function<void()> before_commit = [] {};

  asio::awaitable<Result<std::vector<Finding>>> open_findings() override { co_return std::vector<Finding>{}; }
  asio::awaitable<Result<std::vector<Finding>>> findings(bool, std::size_t) override {
    co_return std::vector<Finding>{};
  }
  asio::awaitable<Result<std::vector<FindingId>>> last_occurrences() override { co_return std::vector<FindingId>{}; }
  asio::awaitable<Result<void>> commit(FindingCommit commit) override {
    ++tries;
    before_commit();
    if (failures > 0) {
      --failures;
      co_return fail(Errc::storage, "disk full");
    }
    commits.push_back(std::move(commit));
    co_return Result<void>{};
  }
  void gather(std::span<const Reading> readings) override { gathered += readings.size(); }
  asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex, WallTime, WallTime, std::size_t) override {
    co_return std::vector<HistoryEntry>{};
  }
  asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(std::vector<std::pair<std::string, std::uint64_t>>,
                                                                 std::size_t) override {
    co_return std::vector<control::OutboxRow>{};
  }
  asio::awaitable<Result<std::size_t>> receipt(std::string, std::vector<std::uint64_t>) override {
    co_return std::size_t{0};
  }
  asio::awaitable<Result<control::OutboxState>> outbox_state() override { co_return control::OutboxState{}; }
  void on_outbox(std::function<void()>) override {}
  [[nodiscard]] StoreCounters counters() const override { return {}; }
  [[nodiscard]] BootTime heartbeat() const override { return {}; }
  asio::awaitable<void> close() override { co_return; }
};

/// One meter with one voltage and the rule that it must not go below 11.4 V.
Site one_rail() {
  Site site;
  site.name = "demo";
  site.title = {"演示", "demo"};
  drivers::Profile profile;
  profile.model = "meter";
  drivers::PointSpec voltage;
  voltage.name = "output.voltage";
  voltage.title = {"电压", "voltage"};
  voltage.unit = "V";
  profile.points.push_back(voltage);
  site.profiles.push_back(profile);
  site.buses.push_back({"rs485-1", {"一号线", "line 1"}, SerialLine{}});
  Device device;
  device.name = "rail-12v";
  device.title = {"12 V 电源", "12 V rail"};
  device.point_count = 1;
  site.devices.push_back(device);
  site.points.push_back({DeviceIndex{0}, 0});
  Watch watch;
  watch.rule.kind = "rail.low";
  watch.rule.point = "output.voltage";
  watch.rule.low = 11.4;
  watch.point = PointIndex{0};
  site.watches.push_back(watch);
  return site;
}

struct Bench {
  asio::io_context loop{1};
  Site site = one_rail();
  catalogue::Catalogue catalogue = catalogue::load("protocol/catalogue").value();
  Watchman watchman{site, catalogue};
  FakeStore store;
  Pipeline pipeline{site, watchman, store, loop.get_executor()};

  Bench() { asio::co_spawn(loop, pipeline.commit_loop(), asio::detached); }

  /// One reading, now; returns after the loop had a moment for it.
  void read(double volts) {
    const auto now = drivers::moment_now();
    const Reading reading{PointIndex{0}, volts, Quality::good, Reason::none, now, now.boot + 3s};
    pipeline.readings(std::span(&reading, 1));
    loop.run_for(1ms);
  }
  void sag() {
    read(10.8);
    read(10.8);
  }
  bool run_until(const std::function<bool()>& condition) {
    const auto end = drivers::boot_now() + 5s;
    while (!condition() && drivers::boot_now() < end) loop.run_for(5ms);
    return condition();
  }
};

}  // namespace

TEST_CASE("a fault shown by two readings is committed with the readings that explain it, and told only then") {
  Bench bench;
  std::size_t committed_when_told = 99;
  bench.pipeline.on_finding([&](const FindingChange&) { committed_when_told = bench.store.commits.size(); });
  bench.sag();
  REQUIRE(bench.run_until([&] { return committed_when_told != 99; }));
  CHECK(committed_when_told == 1);
  REQUIRE(bench.store.commits.size() == 1);
  REQUIRE(bench.store.commits[0].changes.size() == 1);
  CHECK(bench.store.commits[0].changes[0].event == FindingEvent::opened);
  CHECK(bench.store.commits[0].changes[0].finding.id.kind == "rail.low");
  CHECK_FALSE(bench.store.commits[0].explaining.empty());
  CHECK(bench.store.gathered == 2);
}

TEST_CASE("one reading alone asks for another and commits nothing") {
  Bench bench;
  std::vector<PointIndex> asked;
  bench.pipeline.on_confirm([&](PointIndex point) { asked.push_back(point); });
  bench.read(10.8);
  CHECK(asked == std::vector<PointIndex>{PointIndex{0}});
  CHECK(bench.store.tries == 0);
}

TEST_CASE("a change of health is told at once and once, though the disk fails and no finding is due") {
  Bench bench;
  bench.store.failures = 1'000'000;
  std::vector<HealthChange> told;
  bench.pipeline.on_health([&](const HealthChange& change) { told.push_back(change); });
  const auto ends = [&](std::optional<Errc> failure, DeviceHealth health) {
    bench.pipeline.attempt({DeviceIndex{0}, BusIndex{0}, drivers::moment_now(), failure, health, {}});
  };
  ends(std::nullopt, DeviceHealth::active);
  ends(Errc::timeout, DeviceHealth::degraded);
  for (int i = 0; i < 5; ++i) ends(Errc::timeout, DeviceHealth::dormant);
  ends(std::nullopt, DeviceHealth::active);
  REQUIRE(told.size() == 4);
  CHECK(told[2].before == DeviceHealth::degraded);
  CHECK(told[2].after == DeviceHealth::dormant);
  CHECK(told[3].after == DeviceHealth::active);
}

TEST_CASE("a disk that fails delays a finding and loses nothing") {
  Bench bench;
  bench.store.failures = 2;
  bench.sag();
  REQUIRE(bench.run_until([&] { return !bench.store.commits.empty(); }));
  CHECK(bench.store.tries == 3);
  CHECK(bench.store.commits[0].changes.size() == 1);
  CHECK(bench.pipeline.waiting_changes() == 0);
}

TEST_CASE("what is concluded while a commit is under way goes with the next one, in order") {
  Bench bench;
  bool again = true;
  bench.store.before_commit = [&] {
    if (!std::exchange(again, false)) return;
    for (int i = 0; i < 2; ++i) {
      const auto now = drivers::moment_now();
      const Reading well{PointIndex{0}, 12.0, Quality::good, Reason::none, now, now.boot + 3s};
      bench.pipeline.readings(std::span(&well, 1));
    }
  };
  bench.sag();
  REQUIRE(bench.run_until([&] { return bench.store.commits.size() == 2; }));
  CHECK(bench.store.commits[0].changes[0].event == FindingEvent::opened);
  CHECK(bench.store.commits[1].changes[0].event == FindingEvent::returned);
}

TEST_CASE("a person's acknowledgement is answered after it was written down") {
  Bench bench;
  bench.sag();
  REQUIRE(bench.run_until([&] { return bench.store.commits.size() == 1; }));
  const auto id = to_string(bench.store.commits[0].changes[0].finding.id);
  std::optional<AlarmState> state;
  std::size_t commits = 0;
  asio::co_spawn(
      bench.loop,
      [&]() -> asio::awaitable<void> {
        auto answer = co_await bench.pipeline.acknowledge(id, "li");
        if (answer) state = answer->state;
        commits = bench.store.commits.size();
      },
      asio::detached);
  REQUIRE(bench.run_until([&] { return state.has_value(); }));
  CHECK(*state == AlarmState::acknowledged);
  CHECK(commits == 2);
  CHECK(bench.store.commits[1].changes[0].finding.by == "li");
}

TEST_CASE("acknowledging what is not there is refused and writes nothing") {
  Bench bench;
  std::optional<Errc> refused;
  asio::co_spawn(
      bench.loop,
      [&]() -> asio::awaitable<void> {
        auto answer = co_await bench.pipeline.acknowledge("demo/rail-12v/output.voltage/rail.low/1", "li");
        if (!answer) refused = answer.error().code;
      },
      asio::detached);
  REQUIRE(bench.run_until([&] { return refused.has_value(); }));
  CHECK(*refused == Errc::invalid_argument);
  CHECK(bench.store.tries == 0);
}

TEST_CASE("the last reading of each point is at hand as it was taken") {
  Bench bench;
  CHECK(bench.pipeline.latest(PointIndex{0}).reason == Reason::never_read);
  bench.read(12.1);
  CHECK(bench.pipeline.latest(PointIndex{0}).value == 12.1);
}

TEST_CASE("it drains before it ends, and gives up draining when the disk does not come back") {
  Bench bench;
  bench.store.failures = 1'000'000;
  bench.sag();
  std::optional<bool> drained;
  asio::co_spawn(
      bench.loop, [&]() -> asio::awaitable<void> { drained = co_await bench.pipeline.drain(50ms); }, asio::detached);
  REQUIRE(bench.run_until([&] { return drained.has_value(); }));
  CHECK_FALSE(*drained);
  bench.store.failures = 0;
  REQUIRE(bench.run_until([&] { return bench.store.commits.size() == 1; }));
  drained.reset();
  asio::co_spawn(
      bench.loop, [&]() -> asio::awaitable<void> { drained = co_await bench.pipeline.drain(5s); }, asio::detached);
  REQUIRE(bench.run_until([&] { return drained.has_value(); }));
  CHECK(*drained);
}
