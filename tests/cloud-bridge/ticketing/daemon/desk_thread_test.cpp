#include "cloud-bridge/ticketing/daemon/desk_thread.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;
namespace asio = boost::asio;

namespace {

struct Office {
  TemporaryDirectory home;
  asio::io_context loop;
  DeskThread desk{desk_in(home.path()), ServiceClock(noon, boot_now(), noon)};

  template <class Body>
  void run(Body body) {
    asio::co_spawn(loop, std::move(body), asio::detached);
    loop.run();
    loop.restart();
  }
};

}  // namespace

TEST_CASE("work is done on the desk's thread and its result comes back to the loop's") {
  Office office;
  std::thread::id there, back;
  std::size_t fresh = 0;
  office.run([&]() -> asio::awaitable<void> {
    const auto batch = std::vector{Sample{}.incoming()};
    const auto work = [&](Desk& desk, WallTime now) {
      there = std::this_thread::get_id();
      return desk.take(batch, now)->fresh;
    };
    fresh = co_await office.desk.ask(work);
    back = std::this_thread::get_id();
  });
  CHECK(fresh == 1);
  CHECK(there != std::this_thread::get_id());
  CHECK(back == std::this_thread::get_id());
}

TEST_CASE("the time of a question is the service's own, and never runs backwards") {
  Office office;
  std::vector<WallTime> times;
  office.run([&]() -> asio::awaitable<void> {
    const auto look = [](Desk&, WallTime now) { return now; };
    for (int i = 0; i < 50; ++i) times.push_back(co_await office.desk.ask(look));
  });
  REQUIRE(times.size() == 50);
  CHECK(std::is_sorted(times.begin(), times.end()));
  CHECK(times.front() >= noon);
  CHECK(times.back() < noon + 1h);
}

TEST_CASE("questions of many are answered one after the other") {
  Office office;
  std::atomic<int> inside = 0;
  bool alone = true;
  int done = 0;
  const auto work = [&](Desk&, WallTime) {
    alone = alone && ++inside == 1;
    --inside;
    return 0;
  };
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(
        office.loop, [&]() -> asio::awaitable<void> { done += 1 + co_await office.desk.ask(work); }, asio::detached);
  }
  office.loop.run();
  CHECK(done == 20);
  CHECK(alone);
}

TEST_CASE("what throws over there is thrown here, and the desk goes on") {
  Office office;
  bool caught = false;
  std::size_t listed = 1;
  office.run([&]() -> asio::awaitable<void> {
    const auto bad = [](Desk&, WallTime) -> int { throw std::runtime_error("mistake"); };
    try {
      (void)co_await office.desk.ask(bad);
    } catch (const std::runtime_error&) {
      caught = true;
    }
    const auto look = [](Desk& desk, WallTime) { return desk.list({}).size(); };
    listed = co_await office.desk.ask(look);
  });
  CHECK(caught);
  CHECK(listed == 0);
}
