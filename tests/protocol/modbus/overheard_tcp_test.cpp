#include "protocol/modbus/overheard_tcp.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect;
using namespace inspect::modbus;
using namespace std::chrono_literals;
using inspect::tests::hex;
using What = Heard::What;

namespace {

// Modbus messaging on TCP/IP 1.0b, annex: transaction 0x1501, unit 0xFF, one register at 4, value 5.
const auto question = hex("15 01 00 00 00 06 FF 03 00 04 00 01");
const auto answer = hex("15 01 00 00 00 05 FF 03 02 00 05");

struct Connection {
  void say(const Bytes& bytes) { ears.heard(bytes, now, heard); }
  void ask(const Bytes& bytes) { ears.sent(bytes, now, heard); }
  [[nodiscard]] std::vector<int> whats() const {
    std::vector<int> list;
    for (const auto& one : heard) list.push_back(static_cast<int>(one.what));
    return list;
  }
  BootTime now{1h};
  LineCounters counters;
  OverheardTcp ears{counters};
  std::vector<Heard> heard;
};

std::vector<int> numbers(std::initializer_list<What> list) {
  std::vector<int> all;
  for (const auto what : list) all.push_back(static_cast<int>(what));
  return all;
}

}  // namespace

TEST_CASE("over TCP a question and its answer are paired, in whatever pieces they come") {
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    Connection c;
    c.ask(question);
    c.now += 30ms;
    c.say(Bytes(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(cut)));
    CHECK(c.whats() == numbers({What::question}));
    c.say(Bytes(answer.begin() + static_cast<std::ptrdiff_t>(cut), answer.end()));
    REQUIRE(c.whats() == numbers({What::question, What::answer}));
    CHECK(c.heard[0].question == Request{0xFF, 3, 4, 1, {}});
    CHECK(c.heard[1].answer.values == std::vector<std::uint16_t>{5});
    CHECK(c.heard[1].delay == 30ms);
    CHECK(c.heard[1].ours);
  }
}

TEST_CASE("over TCP a refusal says why, and a write is answered by its echo") {
  Connection c;
  c.ask(question);
  c.say(hex("15 01 00 00 00 03 FF 83 02"));
  CHECK(c.heard.back().what == What::refusal);
  CHECK(c.heard.back().answer.exception == 2);
  const auto write = hex("15 02 00 00 00 06 01 05 00 00 FF 00");
  c.ask(write);
  c.say(write);
  CHECK(c.heard.back().what == What::answer);
  CHECK(c.counters.exceptions == 1);
}

TEST_CASE("over TCP an answer of another transaction is late or a stranger's, never the open one's") {
  Connection c;
  c.ask(question);
  c.now += 1s;
  c.ears.gave_up(c.now, c.heard);
  CHECK(c.heard.back().what == What::unanswered);
  CHECK(c.heard.back().delay == 1s);
  c.ask(hex("15 02 00 00 00 06 FF 03 00 08 00 01"));
  c.say(answer);
  CHECK(c.heard.back().what == What::late);
  c.say(hex("15 07 00 00 00 05 FF 03 02 00 05"));
  CHECK(c.heard.back().what == What::stray);
  c.say(hex("15 02 00 00 00 05 FE 03 02 00 05"));  // another unit
  CHECK(c.heard.back().what == What::stray);
  c.say(hex("15 02 00 00 00 05 FF 03 02 00 06"));
  CHECK(c.heard.back().what == What::answer);
}

TEST_CASE("over TCP garbage is noise, ends with the next question and needs no room") {
  std::mt19937 random(2);
  Connection c;
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % (round % 2 == 0 ? 256 : 7));
    c.say(bytes);
    c.heard.clear();
  }
  c.ask(question);
  c.say(answer);
  CHECK(c.heard.back().what == What::answer);
}
