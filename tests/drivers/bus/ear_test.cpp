#include "drivers/bus/ear.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/bus/tap.hpp"
#include "tests/drivers/bus/pty_end.hpp"
#include "tests/wire/loop_runner.hpp"
#include "tests/wire/scripted_peer.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>
#include <boost/asio/steady_timer.hpp>

#include <array>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
using inspect::tests::PtyEnd;
using inspect::tests::ScriptedPeer;

namespace {

/// Keeps what passes, in its order: 'o' out, 'i' in, 'e' end.
struct Keeper final : Tap {
  void sent(std::span<const std::uint8_t> bytes, BootTime) override {
    order += 'o';
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  void received(std::span<const std::uint8_t> bytes, BootTime at) override {
    if (order.empty() || order.back() != 'i') order += 'i';
    in.insert(in.end(), bytes.begin(), bytes.end());
    CHECK(at <= boot_now());
  }
  void ended(BootTime) override { order += 'e'; }

  std::string order;
  modbus::Bytes out;
  modbus::Bytes in;
};

struct EarBench {
  explicit EarBench(std::string path) : ear(make_ear(loop.get_executor(), {std::move(path), 9600, 'N', 1, false})) {}

  Result<std::size_t> hear(BootClock::duration time) { return tests::run(loop, ear->hear(bytes, boot_now() + time)); }

  boost::asio::io_context loop;
  std::array<std::uint8_t, 512> bytes{};
  std::unique_ptr<Ear> ear;
};

const modbus::Bytes frame{0x01, 0x03, 0x02, 0x00, 0x01, 0x79, 0x84};

}  // namespace

TEST_CASE("an ear hears what passes, shows it to a tap, and says nothing") {
  PtyEnd end;
  EarBench bench(end.path());
  Keeper keeper;
  REQUIRE(bench.hear(0ms).value() == 0);
  end.say(frame);
  CHECK(bench.hear(2s).value() == frame.size());
  CHECK(modbus::Bytes(bench.bytes.begin(), bench.bytes.begin() + 7) == frame);
  bench.ear->set_tap(&keeper);
  end.say(frame);
  CHECK(bench.hear(2s).value() == frame.size());
  CHECK(keeper.in == frame);
  CHECK(keeper.out.empty());
  bench.ear->set_tap(nullptr);
  end.say(frame);
  CHECK(bench.hear(2s).value() == frame.size());
  CHECK(keeper.in == frame);
  CHECK(end.heard() == 0);
}

TEST_CASE("an ear waits no longer than it is told to") {
  PtyEnd end;
  EarBench bench(end.path());
  const auto start = boot_now();
  CHECK(bench.hear(50ms).value() == 0);
  CHECK(boot_now() - start >= 50ms);
  CHECK(boot_now() - start < 2s);
}

TEST_CASE("a port that goes is told, tried again with a pause, and counted when it is back") {
  auto end = std::make_unique<PtyEnd>();
  const auto link = "/tmp/inspect-ear-" + std::to_string(::getpid());
  REQUIRE(::symlink(end->path().c_str(), link.c_str()) == 0);
  EarBench bench(link);
  REQUIRE(bench.hear(0ms).has_value());
  end.reset();
  CHECK(bench.hear(1s).error().code == Errc::bus_unavailable);
  CHECK(bench.hear(1s).error().code == Errc::bus_unavailable);  // nothing there
  PtyEnd again;
  ::unlink(link.c_str());
  REQUIRE(::symlink(again.path().c_str(), link.c_str()) == 0);
  const auto deadline = boot_now() + 10s;
  while (!bench.hear(20ms).has_value()) REQUIRE(boot_now() < deadline);
  CHECK(bench.ear->counters().reopened == 1);
  ::unlink(link.c_str());
}

TEST_CASE("an ear that is closed wakes who waits") {
  PtyEnd end;
  EarBench bench(end.path());
  REQUIRE(bench.hear(0ms).has_value());
  boost::asio::steady_timer later(bench.loop, 20ms);
  later.async_wait([&](boost::system::error_code) { bench.ear->close(); });
  const auto start = boot_now();
  CHECK(bench.hear(10s).has_error());
  CHECK(boot_now() - start < 5s);
}

TEST_CASE("a tap on a serial bus sees the question, the answer and the end; nobody is shown anything without one") {
  ScriptedPeer peer(ScriptedPeer::Kind::terminal, [](modbus::BytesView question) {
    if (question[0] != 7) return std::vector<ScriptedPeer::Chunk>{};
    return std::vector<ScriptedPeer::Chunk>{{1ms, tests::honest_rtu(question), false}};
  });
  boost::asio::io_context loop;
  const auto bus = make_serial_bus(loop.get_executor(), {peer.path(), 115200, 'N', 1, false});
  Keeper keeper;
  REQUIRE(tests::run(loop, bus->transact({7, 3, 0, 2, {}}, {})).has_value());
  CHECK(keeper.order.empty());
  bus->set_tap(&keeper);
  REQUIRE(tests::run(loop, bus->transact({7, 3, 5, 2, {}}, {})).has_value());
  CHECK(keeper.order == "oie");
  CHECK(keeper.out == modbus::encode_rtu({7, 3, 5, 2, {}}));
  CHECK(keeper.in == tests::honest_rtu(keeper.out));
  CHECK(tests::run(loop, bus->transact({9, 3, 5, 2, {}}, {100ms, 0ms})).has_error());
  CHECK(keeper.order == "oieoe");
  bus->set_tap(nullptr);
}

TEST_CASE("a tap on a TCP bus sees the same") {
  ScriptedPeer peer(ScriptedPeer::Kind::socket, [](modbus::BytesView question) {
    return std::vector<ScriptedPeer::Chunk>{{1ms, tests::honest_tcp(question), false}};
  });
  boost::asio::io_context loop;
  const auto bus = make_tcp_bus(loop.get_executor(), {"127.0.0.1", peer.port()});
  Keeper keeper;
  bus->set_tap(&keeper);
  REQUIRE(tests::run(loop, bus->transact({7, 3, 5, 2, {}}, {})).has_value());
  CHECK(keeper.order == "oie");
  CHECK(keeper.in == tests::honest_tcp(keeper.out));
  bus->set_tap(nullptr);
}

TEST_CASE("a bus that only listens for a while asks nothing and counts another master") {
  PtyEnd end;
  boost::asio::io_context loop;
  const auto bus = make_serial_bus(loop.get_executor(), {end.path(), 115200, 'N', 1, false});
  REQUIRE(tests::run(loop, bus->listen(boot_now() + 20ms)).has_value());
  CHECK(bus->counters().foreign == 0);
  end.say(modbus::encode_rtu({9, 3, 0, 1, {}}));
  REQUIRE(tests::run(loop, bus->listen(boot_now() + 50ms)).has_value());
  CHECK(bus->counters().foreign == 1);
  CHECK(bus->counters().transactions == 0);
  CHECK(end.heard() == 0);
}
