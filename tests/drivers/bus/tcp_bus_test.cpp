#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "tests/wire/library_server.hpp"
#include "tests/wire/loop_runner.hpp"
#include "tests/wire/scripted_peer.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>
#include <boost/asio/post.hpp>

#include <atomic>
#include <thread>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using modbus::Answer;
using modbus::Request;
using tests::LibraryServer;
using tests::ScriptedPeer;

namespace {

using Chunks = std::vector<ScriptedPeer::Chunk>;

struct Bench {
  explicit Bench(std::uint16_t port, const std::string& host = "127.0.0.1")
      : bus(make_tcp_bus(loop.get_executor(), {host, port})) {}
  Result<Answer> ask(const Request& request, AnswerLimits limits = {}) {
    return tests::run(loop, bus->transact(request, limits));
  }
  boost::asio::io_context loop;
  std::unique_ptr<Bus> bus;
};

Errc code(const Result<Answer>& result) {
  REQUIRE(result.has_error());
  return result.error().code;
}

Chunks honest(modbus::BytesView question) { return {{0ms, tests::honest_tcp(question), false}}; }

const Request r100{1, 3, 100, 2, {}};
const Request r200{1, 3, 200, 2, {}};

}  // namespace

TEST_CASE("an independent server is read and written over TCP") {
  LibraryServer server(LibraryServer::Kind::socket);
  Bench bench(server.port());
  CHECK(bench.ask({1, 3, 10, 3, {}})->values == std::vector<std::uint16_t>{10, 11, 12});
  CHECK(bench.ask({1, 4, 5, 2, {}})->values == std::vector<std::uint16_t>{1005, 1006});
  CHECK(bench.ask({1, 1, 0, 4, {}})->values == std::vector<std::uint16_t>{1, 0, 0, 1});
  CHECK(bench.ask({1, 2, 1, 2, {}})->values == std::vector<std::uint16_t>{1, 0});
  CHECK(bench.ask({1, 5, 1, 1, {1}}).has_value());
  CHECK(bench.ask({1, 16, 21, 2, {1, 2}}).has_value());
  CHECK(bench.ask({1, 3, 21, 2, {}})->values == std::vector<std::uint16_t>{1, 2});
  CHECK(bench.ask({1, 3, 299, 2, {}})->exception == 2);
  CHECK(bench.bus->counters().reopened == 0);
}

TEST_CASE("one late answer costs one read and a new connection, not the future") {
  std::atomic<int> asked{0};
  ScriptedPeer peer(ScriptedPeer::Kind::socket, [&](modbus::BytesView question) {
    return Chunks{{++asked == 5 ? 250ms : 0ms, tests::honest_tcp(question), false}};
  });
  Bench bench(peer.port());
  int failed = 0;
  for (int i = 0; i < 200; ++i) {
    const auto& request = i % 2 == 0 ? r100 : r200;
    const auto answer = bench.ask(request, {200ms, 0ms});
    if (answer) {
      CHECK(tests::tells_its_address(request, *answer));
    } else {
      ++failed;
    }
  }
  CHECK(failed == 1);
  CHECK(peer.connections() == 2);
  CHECK(bench.bus->counters().reopened == 1);
}

TEST_CASE("wrong unit, wrong protocol identifier, wrong length and wrong transaction are refused on a real socket") {
  for (const std::size_t byte : {0U, 2U, 3U, 4U, 6U, 7U, 8U}) {
    CAPTURE(byte);
    std::atomic<bool> bad{true};
    ScriptedPeer peer(ScriptedPeer::Kind::socket, [&](modbus::BytesView question) {
      auto answer = tests::honest_tcp(question);
      if (bad) answer[byte] = static_cast<std::uint8_t>(answer[byte] ^ 0x40);
      return Chunks{{0ms, answer, false}};
    });
    Bench bench(peer.port());
    CHECK(code(bench.ask(r100, {200ms, 0ms})) == Errc::corrupt_frame);
    bad = false;
    const auto answer = bench.ask(r200);
    REQUIRE(answer.has_value());
    CHECK(tests::tells_its_address(r200, *answer));
  }
}

TEST_CASE("a dribbling server costs at most two seconds") {
  ScriptedPeer peer(ScriptedPeer::Kind::socket, [](modbus::BytesView question) {
    Chunks chunks;
    const auto answer = tests::honest_tcp(question);
    for (std::size_t i = 0; i < 8; ++i) chunks.push_back({static_cast<int>(i) * 450ms, {answer[i]}, false});
    return chunks;
  });
  Bench bench(peer.port());
  const auto start = boot_now();
  CHECK(code(bench.ask({1, 3, 0, 125, {}})) == Errc::timeout);
  CHECK(boot_now() - start <= 2s);
}

TEST_CASE("a server that closes after every answer is read all the same") {
  ScriptedPeer peer(ScriptedPeer::Kind::socket, [](modbus::BytesView question) {
    return Chunks{{0ms, tests::honest_tcp(question), false}, {1ms, {}, true}};
  });
  Bench bench(peer.port());
  int answered = 0;
  for (unsigned i = 0; i < 20; ++i) {
    if (bench.ask(i % 2 == 0 ? r100 : r200)) ++answered;
    // The next question comes after the server hung up; a question into the closing moment may fail and is asked again.
    const auto start = boot_now();
    while (boot_now() - start < 5ms) std::this_thread::yield();
  }
  CHECK(answered >= 18);
}

TEST_CASE("a server that hangs up on a question is unavailable, and nobody hangs") {
  ScriptedPeer peer(ScriptedPeer::Kind::socket, [](modbus::BytesView) { return Chunks{{0ms, {}, true}}; });
  Bench bench(peer.port());
  for (int i = 0; i < 3; ++i) CHECK(code(bench.ask(r100)) == Errc::bus_unavailable);
}

TEST_CASE("nobody listening is unavailable at once, and not tried in a circle") {
  std::uint16_t free_port = 0;
  {
    ScriptedPeer peer(ScriptedPeer::Kind::socket, honest);
    free_port = peer.port();
  }
  Bench bench(free_port);
  const auto start = boot_now();
  for (int i = 0; i < 20; ++i) CHECK(code(bench.ask(r100)) == Errc::bus_unavailable);
  CHECK(boot_now() - start < 1s);
}

TEST_CASE("a name that does not exist is unavailable") {
  Bench bench(502, "no-such-device.invalid");
  CHECK(code(bench.ask(r100)) == Errc::bus_unavailable);
}

TEST_CASE("a bus that is closed ends the transaction on its way, and may be used again") {
  std::atomic<bool> silent{true};
  ScriptedPeer peer(ScriptedPeer::Kind::socket,
                    [&](modbus::BytesView question) { return silent ? Chunks{} : honest(question); });
  Bench bench(peer.port());
  std::thread close([&] {
    while (peer.questions() == 0) std::this_thread::yield();
    boost::asio::post(bench.loop, [&] { bench.bus->close(); });
  });
  CHECK(code(bench.ask(r100, {5000ms, 0ms})) == Errc::bus_unavailable);
  close.join();
  silent = false;
  CHECK(bench.ask(r100).has_value());
}
