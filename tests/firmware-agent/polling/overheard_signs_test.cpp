// Through the same ears as the agent's: what passes is bytes, and what is understood of them is the ears' business.
#include "firmware-agent/polling/overheard_signs.hpp"

#include "protocol/modbus/overheard.hpp"
#include "tests/firmware-agent/polling/listening.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

struct SignsBench {
  modbus::LineCounters counters;
  modbus::Overheard ears{modbus::WireTime(9600), counters};
  OverheardSigns signs;
  BootTime now{1h};
  std::vector<modbus::Heard> heard;

  void say(const modbus::Bytes& bytes, BootClock::duration pause = 50ms) {
    now += modbus::WireTime(9600).characters(bytes.size());
    ears.heard(bytes, now, heard);
    now += pause;
    ears.heard({}, now, heard);
    for (const auto& one : heard) signs.take(one);
    heard.clear();
  }
};

modbus::Bytes spoilt(modbus::Bytes frame, std::size_t at) {
  frame[at] = static_cast<std::uint8_t>(frame[at] ^ 0x10);
  return frame;
}

}  // namespace

TEST_CASE("a sound question shows its length and its answer's, and nothing else; the master is no stranger") {
  SignsBench bench;
  for (int i = 0; i < 3; ++i) {
    bench.say(ask_relays(1));
    bench.say(relays_are(1, true));
    LineSigns expected;
    expected.bytes_out = 8;
    expected.bytes_in = 6;
    CHECK(bench.signs.end() == expected);
  }
}

TEST_CASE("an answer with a right head and a wrong checksum is damaged, bytes without a head are garbled") {
  SignsBench bench;
  bench.say(ask_relays(1));
  bench.say(spoilt(relays_are(1, true), 3));
  CHECK(bench.signs.end().damaged == 1);
  bench.say(ask_relays(1));
  bench.say({0xFE, 0x80, 0xFC, 0x00, 0xF8, 0x33});
  const auto signs = bench.signs.end();
  CHECK(signs.garbled == 1);
  CHECK(signs.damaged == 0);
}

TEST_CASE("damage to what nobody here asked about is not laid to the next question") {
  SignsBench bench;
  bench.say(ask_relays(9));  // of a device that is none of ours: its end is not asked for
  bench.say(spoilt(relays_are(9, true), 3));
  bench.say(ask_relays(2));
  bench.say(relays_are(2, true));
  const auto signs = bench.signs.end();
  CHECK(signs.damaged == 0);
  CHECK(signs.garbled == 0);
}

TEST_CASE("a second answer to an answered question names its unit") {
  SignsBench bench;
  bench.say(ask_relays(1));
  bench.say(relays_are(1, true));
  bench.say(relays_are(1, false));
  const auto signs = bench.signs.end();
  CHECK(signs.doubled == 1);
  CHECK(signs.doubled_unit == 1);
  bench.say(ask_relays(2));
  bench.say(relays_are(2, true));
  CHECK(bench.signs.end().doubled == 0);
}

TEST_CASE("an answer in another unit's name is one, not a second of somebody's") {
  SignsBench bench;
  bench.say(ask_relays(2));
  bench.say(relays_are(2, true));
  bench.signs.end();
  bench.say(ask_relays(1));
  bench.say(relays_are(17, true));
  const auto signs = bench.signs.end();
  CHECK(signs.other_unit == 1);
  CHECK(signs.other_unit_number == 17);
  CHECK(signs.doubled == 0);
}

TEST_CASE("an answer after the next question is late, by the time since its own question") {
  SignsBench bench;
  bench.say(ask_relays(1), 400ms);
  bench.say(ask_relays(2));
  bench.say(relays_are(2, true), 200ms);
  bench.say(relays_are(1, true));
  bench.say(ask_relays(2));
  bench.say(relays_are(2, true));
  const auto signs = bench.signs.end();
  CHECK(signs.late == 1);
  CHECK(signs.late_unit == 1);
  CHECK(signs.late_by > 600ms);
  CHECK(signs.late_by < 800ms);
}
