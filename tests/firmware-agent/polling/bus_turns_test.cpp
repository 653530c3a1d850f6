#include "firmware-agent/polling/bus_turns.hpp"

#include "drivers/bus/clock.hpp"
#include "tests/firmware-agent/polling/listening.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A device that is due again as soon as it was read: a bus without idle time. Writes down what passes.
class BusyDevice final : public PolledDevice {
 public:
  explicit BusyDevice(std::string& passed) : passed_(passed) {}
  [[nodiscard]] std::size_t blocks() const override { return 1; }
  [[nodiscard]] std::chrono::milliseconds period(std::size_t) const override { return 0ms; }
  [[nodiscard]] const std::vector<std::size_t>& points(std::size_t) const override { return points_; }
  asio::awaitable<Sweep> read(std::size_t) override {
    passed_ += 'p';
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return Sweep{};
  }
  asio::awaitable<Sweep> read_again(std::size_t block, std::vector<std::size_t>) override { return read(block); }

 private:
  std::string& passed_;
  std::vector<std::size_t> points_;
};

struct TurnsBench {
  explicit TurnsBench(bool busy) {
    std::vector<Polled> devices;
    if (busy) devices.push_back({DeviceIndex{0}, std::make_unique<BusyDevice>(passed)});
    poller = std::make_unique<Poller>(site, BusIndex{0}, std::move(devices), sink, loop.get_executor());
    turns = std::make_unique<BusTurns>(*poller, loop.get_executor());
  }
  void order(char name) {
    BusTurns::Work work = [this, name]() -> asio::awaitable<void> {
      passed += name;
      co_return;
    };
    asio::co_spawn(loop, turns->take(std::move(work)), [this](const std::exception_ptr&, Result<void> got) {
      ended.push_back(got ? std::nullopt : std::optional(got.error().code));
      if (ended.size() == awaited) loop.stop();
    });
  }
  void run(std::size_t count) {
    awaited = count;
    asio::co_spawn(loop, poller->run(), asio::detached);
    loop.run_for(5s);
  }

  asio::io_context loop{1};
  Site site = listened_site();
  SinkRecorder sink;
  std::string passed;
  std::unique_ptr<Poller> poller;
  std::unique_ptr<BusTurns> turns;
  std::vector<std::optional<Errc>> ended;
  std::size_t awaited = 0;
};

}  // namespace

TEST_CASE("orders have the bus in the order they came, and on a busy bus a poll after each") {
  TurnsBench bench(true);
  for (const char name : {'1', '2', '3', '4'}) bench.order(name);
  bench.run(4);
  CHECK(bench.ended == std::vector<std::optional<Errc>>(4));
  CHECK(bench.passed.find("1p2p3p4") != std::string::npos);
}

TEST_CASE("an order on a bus that has nothing to do is carried out at once") {
  TurnsBench bench(false);
  const auto start = drivers::boot_now();
  bench.order('1');
  bench.run(1);
  CHECK(bench.passed == "1");
  CHECK(drivers::boot_now() - start < 500ms);
}

TEST_CASE("more orders than may wait are refused, and stopping ends those that wait without beginning them") {
  TurnsBench bench(false);
  for (std::size_t i = 0; i < BusTurns::bound + 1; ++i) bench.order('x');
  bench.awaited = 1;
  bench.loop.run_for(5s);  // nobody polls yet
  REQUIRE(bench.ended.size() == 1);
  CHECK(bench.ended.front() == Errc::device_busy);
  bench.turns->stop();
  bench.order('y');
  bench.awaited = BusTurns::bound + 2;
  bench.loop.restart();
  bench.loop.run_for(5s);
  REQUIRE(bench.ended.size() == BusTurns::bound + 2);
  CHECK(std::count(bench.ended.begin(), bench.ended.end(), Errc::bus_unavailable) == BusTurns::bound + 1);
  CHECK(bench.passed.empty());
}
