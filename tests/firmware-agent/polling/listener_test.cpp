#include "firmware-agent/polling/listener.hpp"

#include "drivers/bus/clock.hpp"
#include "tests/firmware-agent/polling/listening.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Hands over what a test has prepared, a piece at a call; then silence.
struct FakeEar final : drivers::Ear {
  explicit FakeEar(const asio::any_io_executor& loop) : timer(loop) {}

  asio::awaitable<Result<std::size_t>> hear(std::span<std::uint8_t> into, BootTime until) override {
    if (!pieces.empty()) {
      auto piece = std::move(pieces.front());
      pieces.pop_front();
      if (!piece) co_return piece.error();
      std::copy(piece->begin(), piece->end(), into.begin());
      co_return piece->size();
    }
    timer.expires_after(std::min<BootClock::duration>(until - drivers::boot_now(), 50ms));
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return 0U;
  }
  [[nodiscard]] drivers::BusCounters& counters() override { return own; }
  void set_tap(drivers::Tap* /*tap*/) override {}
  void close() override { timer.cancel(); }

  std::deque<Result<modbus::Bytes>> pieces;
  drivers::BusCounters own;
  asio::steady_timer timer;
};

struct ListenerBench {
  asio::io_context loop{1};
  Site site = listened_site();
  SinkRecorder sink;
  FakeEar ear{loop.get_executor()};
  Listener listener{site, BusIndex{0}, ear, sink, loop.get_executor()};

  bool run_until(const std::function<bool()>& condition) {
    bool reached = false;
    sink.look = [&] {
      if (reached || !condition()) return;
      reached = true;
      listener.stop();
      ear.close();
    };
    asio::co_spawn(loop, listener.run(), asio::detached);
    loop.run_for(10s);
    return reached;
  }
};

}  // namespace

TEST_CASE("the listener hands on what it hears") {
  ListenerBench bench;
  bench.ear.pieces = {ask_relays(1), relays_are(1, true)};
  REQUIRE(bench.run_until([&] { return bench.sink.all.size() == 8; }));
  CHECK(bench.sink.all[0].value == 1);
  CHECK(bench.listener.health() == BusHealth::up);
  CHECK(bench.listener.health(DeviceIndex{0}) == DeviceHealth::active);
  CHECK(bench.listener.health(DeviceIndex{1}) == DeviceHealth::unknown);
  CHECK(bench.listener.last_answer(DeviceIndex{0}));
  CHECK(bench.listener.utilisation() > 0);
  CHECK(bench.ear.own.transactions == 1);
}

TEST_CASE("a port that is not there is told at the second try, and its return") {
  ListenerBench bench;
  bench.ear.pieces = {fail(Errc::bus_unavailable, "gone"), fail(Errc::bus_unavailable, "gone"), modbus::Bytes{}};
  REQUIRE(bench.run_until([&] { return bench.sink.ports.size() == 2; }));
  CHECK(bench.sink.ports[0] == std::pair(false, std::string("gone")));
  CHECK(bench.sink.ports[1].first);
}

TEST_CASE("a fresh reading is the master's next, and waits for it") {
  ListenerBench bench;
  bool told = false;
  asio::co_spawn(bench.loop, bench.listener.fresh({PointIndex{0}}), [&](const std::exception_ptr&) {
    told = true;
    CHECK(bench.sink.all.size() == 8);
    bench.listener.stop();
    bench.ear.close();
  });
  asio::steady_timer later(bench.loop, 30ms);
  later.async_wait([&](boost::system::error_code) { bench.ear.pieces = {ask_relays(1), relays_are(1, true)}; });
  asio::co_spawn(bench.loop, bench.listener.run(), asio::detached);
  bench.loop.run_for(10s);
  CHECK(told);
}

TEST_CASE("nothing can be ordered of a line that is only heard") {
  ListenerBench bench;
  bench.listener.confirm(PointIndex{0});
  bench.listener.hasten(DeviceIndex{0});
  bench.ear.pieces = {ask_relays(1), relays_are(1, true)};
  CHECK(bench.run_until([&] { return !bench.sink.all.empty(); }));
  CHECK(bench.ear.own.bytes_out == 0);
}
