#include "protocol/modbus/tcp_machine.hpp"
#include "tests/protocol/modbus/hex.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using inspect::tests::honest_tcp;
using inspect::tests::tells_its_address;
using inspect::tests::VirtualConnection;

namespace {

const Request r100{1, 3, 100, 2, {}};
const Request r200{1, 3, 200, 2, {}};

struct Connection : VirtualConnection {
  Connection() { answer_honestly(); }
  void answer_honestly(std::chrono::nanoseconds delay = 2ms) {
    peer = [this, delay](BytesView question, BootTime at) { deliver(at + delay, honest_tcp(question)); };
  }
  /// One transaction in which the honest answer is changed on its way.
  Result<Answer> with(const std::function<void(Bytes&)>& change) {
    peer = [&](BytesView question, BootTime at) {
      auto answer = honest_tcp(question);
      change(answer);
      deliver(at + 2ms, answer);
    };
    auto result = transact(r100);
    answer_honestly();
    return result;
  }
};

Errc code(const Result<Answer>& result) {
  REQUIRE(result.has_error());
  return result.error().code;
}

}  // namespace

TEST_CASE("an honest device server is read over one connection") {
  Connection line;
  for (std::uint16_t i = 0; i < 100; ++i) {
    const Request request{static_cast<std::uint8_t>(1 + i % 5), 4, i, 10, {}};
    const auto answer = line.transact(request);
    REQUIRE(answer.has_value());
    CHECK(tells_its_address(request, *answer));
  }
  CHECK(line.connections == 0);
}

TEST_CASE("one late answer costs one read, and the connection is a new one") {
  Connection line;
  line.answer_honestly(1500ms);
  CHECK(code(line.transact(r100)) == Errc::timeout);
  line.answer_honestly();
  for (int i = 0; i < 50; ++i) {
    const auto& request = i % 2 == 0 ? r200 : r100;
    const auto answer = line.transact(request);
    REQUIRE(answer.has_value());
    CHECK(tells_its_address(request, *answer));
  }
  CHECK(line.connections == 1);
  CHECK(line.counters.timeouts == 1);
}

TEST_CASE("a frame that is not right in one thing is refused, and the connection with it") {
  const std::vector<std::pair<const char*, std::function<void(Bytes&)>>> changes{
      {"transaction", [](Bytes& b) { b[1] ^= 1; }},
      {"protocol identifier, low byte", [](Bytes& b) { b[3] = 1; }},
      {"protocol identifier, high byte", [](Bytes& b) { b[2] = 1; }},
      {"length 0", [](Bytes& b) { b[4] = b[5] = 0; }},
      {"length 65535", [](Bytes& b) { b[4] = b[5] = 0xFF; }},
      {"length one less", [](Bytes& b) { --b[5]; }},
      {"unit", [](Bytes& b) { b[6] = 77; }},
      {"function", [](Bytes& b) { b[7] = 4; }},
      {"byte count", [](Bytes& b) { b[8] = 2; }},
      {"more registers than asked",
       [](Bytes& b) {
         b[5] += 2;
         b[8] += 2;
         b.insert(b.end(), {0, 0});
       }},
  };
  for (const auto& [what, change] : changes) {
    CAPTURE(what);
    Connection line;
    CHECK(code(line.with(change)) == Errc::corrupt_frame);
    const auto next = line.transact(r200);
    REQUIRE(next.has_value());
    CHECK(tells_its_address(r200, *next));
    CHECK(line.connections == 1);
  }
}

TEST_CASE("a length one too long waits for the byte that never comes, to the deadline") {
  Connection line;
  CHECK(code(line.with([](Bytes& b) { ++b[5]; })) == Errc::timeout);
  CHECK(line.transact(r200).has_value());
}

TEST_CASE("an answer cut off at any length is a time-out and costs one read") {
  for (std::size_t length = 0; length < 13; ++length) {
    CAPTURE(length);
    Connection line;
    CHECK(code(line.with([&](Bytes& b) { b.resize(length); })) == Errc::timeout);
    CHECK(line.transact(r200).has_value());
  }
}

TEST_CASE("an answer in single bytes is put together, and a dribble ends at the deadline") {
  Connection line;
  line.peer = [&](BytesView question, BootTime at) { line.dribble(at + 1ms, honest_tcp(question), 10ms); };
  CHECK(line.transact(r100).has_value());
  line.peer = [&](BytesView question, BootTime at) { line.dribble(at + 1ms, honest_tcp(question), 450ms); };
  const auto start = line.now;
  CHECK(code(line.transact(r100)) == Errc::timeout);
  CHECK(line.now - start <= 2s);
}

TEST_CASE("bytes behind an answer or before a question make the connection a new one and cost nothing") {
  Connection line;
  CHECK(line.with([](Bytes& b) { b.push_back(0); }).has_value());
  CHECK(line.transact(r200).has_value());
  CHECK(line.connections == 1);
  line.deliver(line.now, tests::hex("00 01 00 00 00 03 01 83 02"));
  line.idle(1ms);
  const auto answer = line.transact(r200);
  REQUIRE(answer.has_value());
  CHECK(tells_its_address(r200, *answer));
  CHECK(line.connections == 2);
}

TEST_CASE("a connection that the device closed while nobody asked is opened again within the read") {
  Connection line;
  REQUIRE(line.transact(r100).has_value());
  line.machine.closed(line.now);
  CHECK(line.transact(r200).has_value());
  CHECK(line.connections == 1);
}

TEST_CASE("a connection that is closed on a question is the bus's failure") {
  Connection line;
  line.peer = [&](BytesView, BootTime at) { line.machine.closed(at); };
  CHECK(code(line.transact(r100)) == Errc::bus_unavailable);
}

TEST_CASE("a refusal is an answer") {
  Connection line;
  const auto answer = line.with([](Bytes& b) {
    b.resize(9);
    b[5] = 3;
    b[7] |= 0x80;
    b[8] = 11;
  });
  REQUIRE(answer.has_value());
  CHECK(answer->exception == 11);
  CHECK(line.connections == 0);
}

TEST_CASE("the deadline follows what was learned") {
  Connection line;
  for (int i = 0; i < 5; ++i) REQUIRE(line.transact(r100).has_value());
  line.peer = nullptr;
  const auto start = line.now;
  CHECK(code(line.transact(r100)) == Errc::timeout);
  CHECK(line.now - start == 2ms + patience_margin);
  Allowance probe;
  probe.probe = 0ms;
  const auto probing = line.now;
  CHECK(code(line.transact(r100, probe)) == Errc::timeout);
  CHECK(line.now - probing == 3ms);
}

TEST_CASE("a device that needs a pause between questions gets it") {
  Connection line;
  Allowance allowance;
  allowance.gap = 20ms;
  REQUIRE(line.transact(r100, allowance).has_value());
  const auto answered = line.now;
  line.peer = [&](BytesView question, BootTime at) {
    CHECK(at >= answered + 20ms);
    line.deliver(at + 1ms, honest_tcp(question));
  };
  CHECK(line.transact(r100, allowance).has_value());
}
