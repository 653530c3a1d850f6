#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/bus/serial_port.hpp"
#include "tests/wire/library_server.hpp"
#include "tests/wire/loop_runner.hpp"
#include "tests/wire/scripted_peer.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;
using tests::LibraryServer;
using tests::ScriptedPeer;

namespace {

struct Bench {
  explicit Bench(const std::string& path, std::uint32_t baud = 115200)
      : bus(make_serial_bus(loop.get_executor(), {path, baud, 'N', 1, false})) {}

  Result<Answer> ask(const Request& request, AnswerLimits limits = {}) {
    return tests::run(loop, bus->transact(request, limits));
  }

  boost::asio::io_context loop;
  std::unique_ptr<Bus> bus;
};

std::vector<ScriptedPeer::Chunk> honest(modbus::BytesView question) {
  return {{1ms, tests::honest_rtu(question), false}};
}

Errc code(const Result<Answer>& result) {
  REQUIRE(result.has_error());
  return result.error().code;
}

}  // namespace

TEST_CASE("an independent server is read and written in every function over a pseudo-terminal") {
  LibraryServer server(LibraryServer::Kind::terminal, 7);
  Bench bench(server.path());
  CHECK(bench.ask({7, 3, 10, 3, {}})->values == std::vector<std::uint16_t>{10, 11, 12});
  CHECK(bench.ask({7, 4, 5, 2, {}})->values == std::vector<std::uint16_t>{1005, 1006});
  CHECK(bench.ask({7, 1, 0, 10, {}})->values == std::vector<std::uint16_t>{1, 0, 0, 1, 0, 0, 1, 0, 0, 1});
  CHECK(bench.ask({7, 2, 1, 4, {}})->values == std::vector<std::uint16_t>{1, 0, 1, 0});
  CHECK(bench.ask({7, 5, 1, 1, {1}}).has_value());
  CHECK(bench.ask({7, 6, 20, 1, {4711}}).has_value());
  CHECK(bench.ask({7, 15, 2, 3, {1, 1, 1}}).has_value());
  CHECK(bench.ask({7, 16, 21, 2, {1, 2}}).has_value());
  CHECK(bench.ask({7, 1, 0, 6, {}})->values == std::vector<std::uint16_t>{1, 1, 1, 1, 1, 0});
  CHECK(bench.ask({7, 3, 20, 3, {}})->values == std::vector<std::uint16_t>{4711, 1, 2});
  CHECK(bench.ask({7, 3, 299, 2, {}})->exception == 2);
  CHECK(bench.ask({7, 3, 0, 125, {}})->values.size() == 125);
  CHECK(bench.bus->counters().answered == 12);
  CHECK(bench.bus->counters().noise_bytes == 0);
}

TEST_CASE("a pseudo-terminal, which knows no parity, is opened with any, and again with another") {
  LibraryServer server(LibraryServer::Kind::terminal, 7);
  for (const char parity : {'E', 'N', 'O', 'E'}) {
    boost::asio::io_context loop;
    const auto bus = make_serial_bus(loop.get_executor(), {server.path(), 115200, parity, 1, false});
    CHECK(tests::run(loop, bus->transact({7, 3, 10, 1, {}}, {}))->values == std::vector<std::uint16_t>{10});
  }
}

TEST_CASE("a unit that is not there costs its time-out only") {
  // Scripted, because libmodbus's server goes deaf when another unit's question stays unanswered (3.1.6).
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, [](modbus::BytesView question) {
    return question[0] == 7 ? honest(question) : std::vector<ScriptedPeer::Chunk>{};
  });
  Bench bench(peer.path());
  REQUIRE(bench.ask({7, 3, 0, 1, {}}).has_value());
  const auto start = boot_now();
  CHECK(code(bench.ask({8, 3, 0, 1, {}}, {150ms, 0ms})) == Errc::timeout);
  CHECK(boot_now() - start < 1s);
  CHECK(bench.ask({7, 3, 0, 1, {}}).has_value());
}

TEST_CASE("a dribbling device costs at most two seconds on a real terminal") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, [](modbus::BytesView question) {
    std::vector<ScriptedPeer::Chunk> chunks;
    const auto answer = tests::honest_rtu(question);
    for (std::size_t i = 0; i < 12; ++i) chunks.push_back({static_cast<int>(i + 1) * 450ms, {answer[i]}, false});
    return chunks;
  });
  Bench bench(peer.path());
  const auto start = boot_now();
  CHECK(code(bench.ask({1, 3, 0, 125, {}})) == Errc::timeout);
  CHECK(boot_now() - start <= 2s);
}

TEST_CASE("a late answer on a real terminal is thrown away, and its lateness known") {
  std::atomic<int> asked{0};
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, [&](modbus::BytesView question) {
    const auto late = ++asked == 5 ? 100ms : 1ms;
    return std::vector<ScriptedPeer::Chunk>{{late, tests::honest_rtu(question), false}};
  });
  Bench bench(peer.path());
  int failed = 0;
  for (int i = 0; i < 60; ++i) {
    const Request request{1, 3, static_cast<std::uint16_t>(100 + i % 2), 1, {}};
    const auto answer = bench.ask(request, {200ms, 0ms});
    if (answer) {
      CHECK(tests::tells_its_address(request, *answer));
    } else {
      ++failed;
    }
  }
  CHECK(failed == 1);
  CHECK(bench.bus->counters().timeouts == 1);
  CHECK(bench.bus->counters().late == 1);
}

TEST_CASE("a port that is not there is unavailable, is not tried in a circle, and is found when it comes") {
  const auto link = std::filesystem::temp_directory_path() / ("inspect-port-" + std::to_string(::getpid()));
  std::filesystem::remove(link);
  Bench bench(link);
  CHECK(code(bench.ask({1, 3, 0, 1, {}})) == Errc::bus_unavailable);
  const auto start = boot_now();
  for (int i = 0; i < 5; ++i) CHECK(code(bench.ask({1, 3, 0, 1, {}})) == Errc::bus_unavailable);
  CHECK(boot_now() - start < 100ms);

  ScriptedPeer peer(ScriptedPeer::Kind::terminal, honest);
  std::filesystem::create_symlink(peer.path(), link);
  auto answer = bench.ask({1, 3, 0, 1, {}});
  for (int i = 0; i < 1'000'000 && !answer && boot_now() - start < 5s; ++i) answer = bench.ask({1, 3, 0, 1, {}});
  CHECK(answer.has_value());
  std::filesystem::remove(link);
}

TEST_CASE("an adapter that is pulled out in the middle of an answer is the bus's failure, at once") {
  auto peer = std::make_unique<ScriptedPeer>(ScriptedPeer::Kind::terminal,
                                             [](modbus::BytesView) { return std::vector<ScriptedPeer::Chunk>{}; });
  Bench bench(peer->path());
  const auto start = boot_now();
  // The question is on its way when the other end goes.
  std::thread pull([&] {
    while (peer->questions() == 0 && boot_now() - start < 5s) std::this_thread::yield();
    peer.reset();
  });
  const auto answer = bench.ask({1, 3, 0, 1, {}}, {5000ms, 0ms});
  pull.join();
  CHECK(code(answer) == Errc::bus_unavailable);
  CHECK(boot_now() - start < 2s);
}

TEST_CASE("a bus that is closed ends the transaction on its way") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, [](modbus::BytesView) { return std::vector<ScriptedPeer::Chunk>{}; });
  Bench bench(peer.path());
  std::thread close([&] {
    while (peer.questions() == 0) std::this_thread::yield();
    boost::asio::post(bench.loop, [&] { bench.bus->close(); });
  });
  CHECK(code(bench.ask({1, 3, 0, 1, {}}, {5000ms, 0ms})) == Errc::bus_unavailable);
  close.join();
}

TEST_CASE("two programs cannot share a line") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, honest);
  Bench one(peer.path());
  REQUIRE(one.ask({1, 3, 0, 1, {}}).has_value());
  Bench two(peer.path());
  CHECK(code(two.ask({1, 3, 0, 1, {}})) == Errc::bus_unavailable);
  one.bus->close();
  Bench three(peer.path());
  CHECK(three.ask({1, 3, 0, 1, {}}).has_value());
}

TEST_CASE("settings that the library would silently change are refused") {
  for (const auto& settings : std::vector<SerialSettings>{{"/dev/null", 12345, 'N', 1, false},
                                                          {"/dev/null", 0, 'N', 1, false},
                                                          {"/dev/null", 9600, 'X', 1, false},
                                                          {"/dev/null", 9600, 'N', 3, false},
                                                          {"", 9600, 'N', 1, false}}) {
    const auto checked = check(settings);
    REQUIRE(checked.has_error());
    CHECK(checked.error().code == Errc::invalid_argument);
  }
}

TEST_CASE("every speed that is let through is the speed that is set") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, honest);
  unsigned known = 0;
  std::set<speed_t> set;
  for (const std::uint32_t baud : {110U,     300U,     600U,     1200U,    2400U,    4800U,    9600U,    19200U,
                                   38400U,   57600U,   115200U,  230400U,  460800U,  500000U,  576000U,  921600U,
                                   1000000U, 1152000U, 1500000U, 2000000U, 2500000U, 3000000U, 3500000U, 4000000U}) {
    const SerialSettings settings{peer.path(), baud, 'N', 1, false};
    if (!check(settings)) continue;
    ++known;
    CAPTURE(baud);
    auto port = SerialPort::open(settings);
    REQUIRE(port.has_value());
    termios now{};
    REQUIRE(::tcgetattr(port->descriptor(), &now) == 0);
    CHECK((::cfgetospeed(&now) == B9600) == (baud == 9600));
    set.insert(::cfgetospeed(&now));
  }
  CHECK(known >= 18);
  CHECK(set.size() == known);
}

TEST_CASE("the settings of the port are put back when it is closed") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, honest);
  const int other = ::open(peer.path().c_str(), O_RDWR | O_NOCTTY);
  termios before{};
  ::tcgetattr(other, &before);
  {
    Bench bench(peer.path(), 19200);
    REQUIRE(bench.ask({1, 3, 0, 1, {}}).has_value());
    termios during{};
    ::tcgetattr(other, &during);
    CHECK(::cfgetospeed(&during) == B19200);
  }
  termios after{};
  ::tcgetattr(other, &after);
  CHECK(::cfgetospeed(&after) == ::cfgetospeed(&before));
  ::close(other);
}

TEST_CASE("one transaction at a time: a second one is the caller's mistake") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, honest);
  Bench bench(peer.path());
  std::vector<Result<Answer>> results;
  for (int i = 0; i < 2; ++i) {
    boost::asio::co_spawn(bench.loop, bench.bus->transact({1, 3, 1, 1, {}}, {}),
                          [&](std::exception_ptr, Result<Answer> result) {
                            results.push_back(std::move(result));
                            if (results.size() == 2) bench.loop.stop();
                          });
  }
  bench.loop.run_for(10s);
  REQUIRE(results.size() == 2);
  CHECK(code(results[0]) == Errc::invalid_argument);  // at once
  CHECK(results[1].has_value());
}
