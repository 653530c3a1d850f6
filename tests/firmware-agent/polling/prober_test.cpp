#include "firmware-agent/polling/prober.hpp"

#include "drivers/bus/clock.hpp"
#include "tests/firmware-agent/polling/listening.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A bus on which one unit answers, and that keeps what it was asked.
struct ProbedBus final : drivers::Bus {
  asio::awaitable<Result<modbus::Answer>> transact(modbus::Request request, drivers::AnswerLimits /*limits*/) override {
    asked.push_back(request);
    if (unusable) co_return fail(Errc::bus_unavailable, "gone");
    if (request.unit == 7) co_return modbus::Answer{{42}, {}};
    co_return fail(Errc::timeout, "silence");
  }
  asio::awaitable<Result<void>> listen(BootTime until) override {
    listened += std::max<BootClock::duration>(until - drivers::boot_now(), 0ns);
    if (on_listening) on_listening();
    asio::steady_timer timer(co_await asio::this_coro::executor, until - drivers::boot_now());
    co_await timer.async_wait(asio::use_awaitable);
    co_return Result<void>{};
  }
  [[nodiscard]] const drivers::BusCounters& counters() const override { return own; }
  void close() override {}

  std::vector<modbus::Request> asked;
  BootClock::duration listened{};
  std::function<void()> on_listening;
  drivers::BusCounters own;
  bool unusable = false;
};

struct ProberBench {
  asio::io_context loop{1};
  Site site = listened_site();
  SinkRecorder sink;
  ProbedBus bus;
  Poller poller{site, BusIndex{0}, {}, sink, loop.get_executor()};
  Prober prober{bus, poller, loop.get_executor()};

  Result<SearchAnswer> ask(modbus::Request request) {
    std::optional<Result<SearchAnswer>> outcome;
    asio::co_spawn(loop, prober.ask(std::move(request)), [&](const std::exception_ptr&, Result<SearchAnswer> got) {
      outcome = std::move(got);
      loop.stop();
    });
    loop.restart();
    loop.run_for(20s);
    REQUIRE(outcome);
    return *outcome;
  }
  void run_poller() { asio::co_spawn(loop, poller.run(), asio::detached); }
};

}  // namespace

TEST_CASE("a search listens first, then asks what it is told to, and hears silence as silence") {
  ProberBench bench;
  bench.run_poller();
  const auto start = drivers::boot_now();
  const auto found = bench.ask({7, 3, 0, 1, {}});
  REQUIRE(found.has_value());
  CHECK(found->answer->values == std::vector<std::uint16_t>{42});
  CHECK(drivers::boot_now() - start >= listen_first);
  CHECK(bench.bus.listened >= listen_first / 2);  // the bus had nothing else to do
  const auto again = drivers::boot_now();
  const auto silent = bench.ask({8, 3, 0, 1, {}});
  REQUIRE(silent.has_value());
  CHECK_FALSE(silent->answer);
  CHECK(drivers::boot_now() - again < listen_first);  // once a search
  CHECK(bench.bus.asked.size() == 2);
}

TEST_CASE("when another master is heard nothing is asked at all") {
  ProberBench bench;
  bench.run_poller();
  bench.bus.on_listening = [&] { bench.bus.own.foreign = 1; };
  CHECK(bench.ask({7, 3, 0, 1, {}}).error().code == Errc::foreign_frame);
  CHECK(bench.bus.asked.empty());
}

TEST_CASE("noise ends a search before it begins") {
  ProberBench bench;
  bench.run_poller();
  bench.bus.on_listening = [&] { bench.bus.own.noise_bytes += most_noise; };
  CHECK(bench.ask({7, 3, 0, 1, {}}).error().code == Errc::corrupt_frame);
  CHECK(bench.bus.asked.empty());
}

TEST_CASE("a search only reads, whoever orders it") {
  ProberBench bench;
  bench.run_poller();
  for (const std::uint8_t function : {std::uint8_t{5}, std::uint8_t{6}, std::uint8_t{15}, std::uint8_t{16}}) {
    CHECK(bench.ask({7, function, 0, 1, {1}}).error().code == Errc::not_permitted);
  }
  CHECK(bench.bus.asked.empty());
}

TEST_CASE("of two searches on one bus each has its turn, and stopping ends both") {
  ProberBench bench;
  bench.run_poller();
  std::vector<std::uint8_t> ended;
  const auto ask = [&](std::uint8_t unit) {
    asio::co_spawn(bench.loop, bench.prober.ask({unit, 3, 0, 1, {}}),
                   [&, unit](const std::exception_ptr&, const Result<SearchAnswer>& got) {
                     CHECK(got.has_value());
                     ended.push_back(unit);
                     if (ended.size() == 2) bench.loop.stop();
                   });
  };
  ask(7);
  ask(8);
  bench.loop.run_for(20s);
  CHECK(ended == std::vector<std::uint8_t>{7, 8});
  CHECK(bench.bus.asked.size() == 2);

  std::vector<Errc> stopped;
  for (const std::uint8_t unit : {std::uint8_t{1}, std::uint8_t{2}}) {
    asio::co_spawn(bench.loop, bench.prober.ask({unit, 3, 0, 1, {}}),
                   [&](const std::exception_ptr&, const Result<SearchAnswer>& got) {
                     if (!got) stopped.push_back(got.error().code);
                   });
  }
  bench.prober.stop();
  bench.loop.restart();
  bench.loop.run_for(2s);
  CHECK(stopped == std::vector{Errc::bus_unavailable, Errc::bus_unavailable});
  CHECK(bench.ask({8, 3, 0, 1, {}}).error().code == Errc::bus_unavailable);
}

TEST_CASE("on a busy bus a search takes its tenth, and idle time beside it") {
  SearchPace pace;
  const BootTime start{1h};
  CHECK(pace.may_ask(start, start - 1s));  // nothing was spent yet
  pace.asked(start, start + 300ms);
  CHECK_FALSE(pace.may_ask(start + 300ms, start));
  CHECK_FALSE(pace.may_ask(start + 2900ms, start));
  CHECK(pace.may_ask(start + 3001ms, start));
  CHECK(pace.may_ask(start + 300ms, start + 300ms + longest_search_question));
  CHECK_FALSE(pace.may_ask(start + 300ms, start + 299ms + longest_search_question));
  // An hour of a bus that is never idle: no more than a tenth.
  auto now = start;
  BootClock::duration spent{};
  while (now < start + 1h) {
    if (pace.may_ask(now, now)) {
      pace.asked(now, now + 250ms);
      spent += 250ms;
      now += 250ms;
    }
    now += 20ms;
  }
  CHECK(spent <= 6min + 1s);
  CHECK(spent > 5min);
}
