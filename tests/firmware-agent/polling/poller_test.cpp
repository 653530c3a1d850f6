#include "firmware-agent/polling/poller.hpp"

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

/// Two blocks of two points each; ends each read as it is told.
struct FakeDevice final : PolledDevice {
  std::vector<std::vector<std::size_t>> layout{{0, 1}, {2, 3}};
  std::function<std::optional<Error>()> fate = [] { return std::nullopt; };
  int reads = 0;
  std::vector<std::vector<std::size_t>> read_again_points;
  std::chrono::milliseconds every{50};

  [[nodiscard]] std::size_t blocks() const override { return layout.size(); }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t) const override { return every; }
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override { return layout[block]; }

  Sweep sweep(const std::vector<std::size_t>& points) {
    ++reads;
    Sweep result;
    result.failure = fate();
    for (const auto point : points) {
      if (result.failure) {
        result.values.push_back({point, 0, Quality::bad, Reason::no_answer});
      } else {
        result.values.push_back({point, 1.5, Quality::good, Reason::none});
      }
    }
    return result;
  }
  asio::awaitable<Sweep> read(std::size_t block) override { co_return sweep(layout[block]); }
  asio::awaitable<Sweep> read_again(std::size_t, std::vector<std::size_t> points) override {
    read_again_points.push_back(points);
    co_return sweep(points);
  }
};

struct Recorder final : ReadingSink {
  std::vector<Reading> all;
  std::vector<DeviceAttempt> attempts;
  std::vector<std::pair<bool, std::string>> ports;
  std::function<void()> look = [] {};

  void readings(std::span<const Reading> readings) override {
    all.insert(all.end(), readings.begin(), readings.end());
    look();
  }
  void attempt(const DeviceAttempt& attempt) override {
    attempts.push_back(attempt);
    look();
  }
  void bus_available(BusIndex, bool available, std::string why) override {
    ports.emplace_back(available, std::move(why));
    look();
  }
};

/// A bus with two such devices; runs the loop until a condition holds, five seconds at most.
struct Bench {
  asio::io_context loop{1};
  Site site;
  Recorder recorder;
  std::vector<FakeDevice*> devices;
  std::unique_ptr<Poller> poller;
  bool reached = false;

  explicit Bench(std::chrono::milliseconds every = 50ms) {
    site.buses.push_back({"rs485-1", {}, SerialLine{}});
    std::vector<Polled> polled;
    for (std::uint32_t i = 0; i < 2; ++i) {
      Device device;
      device.name = "device-" + std::to_string(i);
      device.first_point = PointIndex(i * 4);
      device.point_count = 4;
      site.devices.push_back(device);
      for (std::size_t p = 0; p < 4; ++p) site.points.push_back({DeviceIndex{i}, p});
      auto fake = std::make_unique<FakeDevice>();
      fake->every = every;
      devices.push_back(fake.get());
      polled.push_back({DeviceIndex{i}, std::move(fake)});
    }
    poller = std::make_unique<Poller>(site, BusIndex{0}, std::move(polled), recorder, loop.get_executor());
  }

  bool run_until(const std::function<bool()>& condition) {
    reached = false;
    recorder.look = [this, condition] {
      if (!reached && condition()) {
        reached = true;
        poller->stop();
      }
    };
    asio::co_spawn(loop, poller->run(), asio::detached);
    loop.run_for(5s);
    return reached;
  }
};

}  // namespace

TEST_CASE("each block is handed on at once, with its quality, its instant and its end") {
  Bench bench;
  REQUIRE(bench.run_until([&] { return bench.recorder.all.size() >= 16; }));
  for (const auto& reading : bench.recorder.all) {
    CHECK(reading.quality == Quality::good);
    CHECK(reading.value == 1.5);
    CHECK(reading.good_until >= reading.measured_at.boot + 2s);
    CHECK(reading.measured_at.boot.time_since_epoch().count() > 0);
  }
  CHECK(bench.poller->health() == BusHealth::up);
  CHECK(bench.poller->health(DeviceIndex{1}) == DeviceHealth::active);
  CHECK(bench.poller->last_answer(DeviceIndex{0}));
}

TEST_CASE("a device that falls silent is dormant after two questions, and says so once for all its points") {
  Bench bench;
  bench.devices[1]->fate = [] { return fail(Errc::timeout, "silent"); };
  REQUIRE(bench.run_until([&] { return bench.poller->health(DeviceIndex{1}) == DeviceHealth::dormant; }));
  CHECK(bench.devices[1]->reads == 2);
  std::size_t bad = 0;
  for (const auto& reading : bench.recorder.all) {
    if (at(reading.point) < 4) continue;
    ++bad;
    CHECK(reading.reason == Reason::no_answer);
  }
  CHECK(bad == 4);
}

TEST_CASE("one missed answer is asked again and makes no reading bad") {
  Bench bench;
  int question = 0;
  bench.devices[0]->fate = [&]() -> std::optional<Error> {
    if (++question == 3) return fail(Errc::timeout, "once");
    return std::nullopt;
  };
  REQUIRE(bench.run_until([&] { return question >= 8; }));
  for (const auto& reading : bench.recorder.all) CHECK(reading.quality == Quality::good);
  CHECK(bench.poller->health(DeviceIndex{0}) == DeviceHealth::active);
}

TEST_CASE("a port that is gone is told once, after a second try, and every reading says bus") {
  Bench bench;
  for (auto* device : bench.devices) device->fate = [] { return fail(Errc::bus_unavailable, "no such port"); };
  REQUIRE(bench.run_until([&] { return bench.recorder.all.size() >= 8; }));
  REQUIRE(bench.recorder.ports.size() == 1);
  CHECK_FALSE(bench.recorder.ports[0].first);
  CHECK(bench.recorder.ports[0].second == "no such port");
  for (const auto& reading : bench.recorder.all) CHECK(reading.reason == Reason::bus);
  CHECK(bench.recorder.attempts.empty());
  CHECK(bench.poller->health() == BusHealth::unavailable);
}

TEST_CASE("a port that comes back is told") {
  Bench bench;
  int question = 0;
  for (auto* device : bench.devices) {
    device->fate = [&]() -> std::optional<Error> {
      if (++question <= 2) return fail(Errc::bus_unavailable, "unplugged");
      return std::nullopt;
    };
  }
  REQUIRE(bench.run_until([&] { return bench.recorder.ports.size() == 2; }));
  CHECK(bench.recorder.ports[1].first);
}

TEST_CASE("what is in doubt is read again soon, alone, and not before the contact has settled") {
  Bench bench(2000ms);
  BootTime asked{};
  REQUIRE(bench.run_until([&] {
    if (asked == BootTime{} && bench.recorder.all.size() >= 8) {
      asked = drivers::boot_now();
      bench.poller->confirm(PointIndex{5});
    }
    return !bench.devices[1]->read_again_points.empty() && bench.recorder.all.back().point == PointIndex{5};
  }));
  CHECK(bench.devices[1]->read_again_points.front() == std::vector<std::size_t>{1});
  const auto delay = bench.recorder.all.back().measured_at.boot - asked;
  CHECK(delay >= 100ms);
  CHECK(delay < 1000ms);
}

TEST_CASE("a person's question is answered without waiting for the period") {
  Bench bench(60'000ms);
  bool answered = false;
  asio::co_spawn(
      bench.loop,
      [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(bench.loop, 50ms);
        co_await timer.async_wait(asio::use_awaitable);
        std::vector<PointIndex> wanted{PointIndex{0}, PointIndex{2}};
        co_await bench.poller->fresh(wanted);
        answered = bench.devices[0]->reads == 4;  // two blocks at start, two for the question
        bench.poller->stop();
      },
      asio::detached);
  bench.run_until([] { return false; });
  CHECK(answered);
}

TEST_CASE("a device whose blocks changed is planned anew") {
  Bench bench;
  struct Replanning final : PolledDevice {
    FakeDevice* inner;
    explicit Replanning(FakeDevice* device) : inner(device) {}
    [[nodiscard]] std::size_t blocks() const override { return inner->blocks(); }
    [[nodiscard]] std::chrono::milliseconds period(std::size_t block) const override { return inner->period(block); }
    [[nodiscard]] const std::vector<std::size_t>& points(std::size_t block) const override {
      return inner->points(block);
    }
    asio::awaitable<Sweep> read(std::size_t block) override {
      if (inner->layout.size() == 2) {
        inner->layout = {{0}, {1}, {2, 3}};
        Sweep sweep;
        sweep.failure = fail(Errc::unsupported_point, "illegal address");
        sweep.replanned = true;
        co_return sweep;
      }
      co_return co_await inner->read(block);
    }
    asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t> points) override {
      return inner->read_again(block, std::move(points));
    }
  };
  FakeDevice kept;
  std::vector<Polled> polled;
  polled.push_back({DeviceIndex{0}, std::make_unique<Replanning>(&kept)});
  bench.poller =
      std::make_unique<Poller>(bench.site, BusIndex{0}, std::move(polled), bench.recorder, bench.loop.get_executor());
  REQUIRE(bench.run_until([&] { return bench.recorder.all.size() >= 4; }));
  CHECK(kept.layout.size() == 3);
  for (const auto& reading : bench.recorder.all) CHECK(reading.quality == Quality::good);
}
