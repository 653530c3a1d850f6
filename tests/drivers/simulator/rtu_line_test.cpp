#include "drivers/simulator/rtu_line.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace std::chrono_literals;
using tests::at_ms;
using tests::Bytes;

namespace {

const sim::WireFormat slow_line{9600, 10};
const Bytes question{1, 4, 0, 0, 0, 8, 0xF1, 0xCC};

/// Everything until `until`, woken exactly when the line asks for it.
Bytes drain(sim::RtuLine& line, BootTime until) {
  Bytes all;
  for (auto next = line.next(); next && *next <= until; next = line.next()) {
    const auto bytes = line.due(*next);
    if (bytes.empty()) break;
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a character takes its bits at the line's speed, a silence 3.5 characters or 1.75 ms") {
  CHECK(slow_line.character() == 1'041'666ns);
  CHECK(slow_line.silence() == 3'645'831ns);
  CHECK(sim::WireFormat{9600, 11}.character() == 1'145'833ns);
  CHECK(sim::WireFormat{115200, 10}.silence() == 1'750'000ns);
}

TEST_CASE("a burst is heard when its own time on the wire and the silence after it have passed") {
  sim::RtuLine line(slow_line);
  line.master_wrote(at_ms(0), question);
  const auto ended = at_ms(0) + 8 * slow_line.character();
  REQUIRE(line.next() == ended + slow_line.silence());
  CHECK_FALSE(line.burst(ended + slow_line.silence() - 1ns));
  const auto burst = line.burst(ended + slow_line.silence());
  REQUIRE(burst);
  CHECK(burst->bytes == question);
  CHECK(burst->ended == ended);
  CHECK_FALSE(line.next());
}

TEST_CASE("bytes written in pieces are one burst, and a master that keeps no silence makes one long burst") {
  sim::RtuLine line(slow_line);
  line.master_wrote(at_ms(0), std::span(question).first(3));
  line.master_wrote(at_ms(2), std::span(question).subspan(3));
  const auto ended = at_ms(0) + 8 * slow_line.character();
  line.master_wrote(at_ms(9), question);
  const auto burst = line.burst(ended + 8 * slow_line.character() + 10ms);
  REQUIRE(burst);
  CHECK(burst->bytes.size() == 16);
}

TEST_CASE("a burst longer than any frame is waited out without being kept") {
  sim::RtuLine line(slow_line);
  for (int i = 0; i < 100; ++i) line.master_wrote(at_ms(0), Bytes(100, 0x55));
  const auto ended = at_ms(0) + 10'000 * slow_line.character();
  CHECK_FALSE(line.burst(ended));
  const auto burst = line.burst(ended + slow_line.silence());
  REQUIRE(burst);
  CHECK(burst->bytes.size() == 257);
}

TEST_CASE("each byte of an answer is handed over at the end of its time on the wire, never before") {
  sim::RtuLine line(slow_line);
  line.answer(0, at_ms(10), Bytes{1, 2, 3}, 0ns);
  const auto character = slow_line.character();
  CHECK(line.due(at_ms(10) + character - 1ns).empty());
  CHECK(line.due(at_ms(10) + character) == Bytes{1});
  CHECK(line.due(at_ms(10) + 2 * character - 1ns).empty());
  CHECK(line.next() == at_ms(10) + 2 * character);
  // A loop that wakes late loses nothing and shifts nothing.
  CHECK(line.due(at_ms(10) + 3 * character) == Bytes{2, 3});
}

TEST_CASE("a dribbling device leaves its gap between two bytes") {
  sim::RtuLine line(slow_line);
  line.answer(0, at_ms(0), Bytes{1, 2}, 450ms);
  CHECK(line.due(at_ms(400)) == Bytes{1});
  CHECK(line.next() == at_ms(450) + 2 * slow_line.character());
}

TEST_CASE("one device answers its questions one after the other, however late it is") {
  sim::RtuLine line(slow_line);
  line.answer(0, at_ms(100), Bytes{1, 2}, 0ns);
  line.answer(0, at_ms(50), Bytes{3, 4}, 0ns);
  CHECK(drain(line, at_ms(200)) == Bytes{1, 2, 3, 4});
  CHECK(line.collisions() == 0);
}

TEST_CASE("two devices that speak at once spoil each other") {
  sim::RtuLine line(slow_line);
  line.answer(0, at_ms(0), Bytes{1, 1, 1, 1}, 0ns);
  line.answer(1, at_ms(1), Bytes{2, 2, 2, 2}, 0ns);
  CHECK(drain(line, at_ms(100)) != Bytes{1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(line.collisions() > 4);
}

TEST_CASE("a device that speaks into a question spoils the question and itself") {
  sim::RtuLine line(slow_line);
  line.answer(0, at_ms(3), Bytes{9}, 0ns);
  line.master_wrote(at_ms(0), question);
  CHECK(drain(line, at_ms(5)) != Bytes{9});
  const auto burst = line.burst(at_ms(100));
  REQUIRE(burst);
  CHECK(burst->bytes != question);
  CHECK(line.collisions() == 1);
  // The next question is whole again.
  line.master_wrote(at_ms(200), question);
  CHECK(line.burst(at_ms(300))->bytes == question);
}

TEST_CASE("a question that follows an answer without a gap of 1.5 characters is not understood") {
  for (const auto gap : {1ms, 2ms}) {
    sim::RtuLine line(slow_line);
    line.answer(0, at_ms(0), Bytes{1}, 0ns);
    const auto ended = at_ms(0) + slow_line.character();
    REQUIRE(line.due(ended) == Bytes{1});
    line.master_wrote(ended + gap, question);
    CHECK((line.burst(at_ms(100))->bytes == question) == (gap == 2ms));
  }
  sim::RtuLine patient({9600, 10, false});
  patient.answer(0, at_ms(0), Bytes{1}, 0ns);
  patient.due(at_ms(10));
  patient.master_wrote(at_ms(0) + slow_line.character(), question);
  CHECK(patient.burst(at_ms(100))->bytes == question);
}

TEST_CASE("a master that hears itself gets its own bytes back at the end of their time, and is still understood") {
  sim::RtuLine line(slow_line);
  line.echo(true);
  line.master_wrote(at_ms(0), question);
  CHECK(line.due(at_ms(0) + slow_line.character() - 1ns).empty());
  CHECK(line.due(at_ms(0) + 8 * slow_line.character()) == question);
  CHECK(line.collisions() == 0);
  CHECK(line.burst(at_ms(100))->bytes == question);
  line.echo(false);
  line.master_wrote(at_ms(200), question);
  CHECK(line.due(at_ms(300)).empty());
}

TEST_CASE("answers to a master that floods are bounded") {
  sim::RtuLine line(slow_line);
  for (int i = 0; i < 1000; ++i) line.answer(0, at_ms(0), Bytes(255, 7), 0ns);
  CHECK(line.due(at_ms(100'000'000)).size() <= 16 * 256);
}

TEST_CASE("a line that was cut carries nothing of before") {
  sim::RtuLine line(slow_line);
  line.master_wrote(at_ms(0), question);
  line.answer(0, at_ms(0), Bytes{1}, 0ns);
  line.clear();
  CHECK_FALSE(line.next());
  CHECK(line.due(at_ms(1000)).empty());
  CHECK_FALSE(line.burst(at_ms(1000)));
}

TEST_CASE("another master's question is heard by ours byte by byte, and by the devices after the silence") {
  sim::RtuLine line(slow_line);
  line.rival_asks(at_ms(0), question);
  const auto ended = at_ms(0) + 8 * slow_line.character();
  CHECK_FALSE(line.rival_burst(ended));
  CHECK(line.due(ended) == question);
  CHECK_FALSE(line.rival_burst(ended));
  REQUIRE(line.next() == ended + slow_line.silence());
  const auto heard = line.rival_burst(ended + slow_line.silence());
  REQUIRE(heard);
  CHECK(heard->bytes == question);
  CHECK(heard->ended == ended);
  CHECK_FALSE(line.burst(at_ms(100)));
  CHECK_FALSE(line.next());
}

TEST_CASE("two masters that ask at once are understood by nobody") {
  sim::RtuLine line(slow_line);
  line.rival_asks(at_ms(0), question);
  line.master_wrote(at_ms(2), question);
  CHECK(drain(line, at_ms(20)) != question);
  const auto rival = line.rival_burst(at_ms(40));
  const auto ours = line.burst(at_ms(40));
  REQUIRE((rival && ours));
  CHECK(rival->bytes != question);
  CHECK(ours->bytes != question);
}

TEST_CASE("a second master waits for its own question's end, and a cut line forgets it") {
  sim::RtuLine line(slow_line);
  line.rival_asks(at_ms(0), question);
  line.rival_asks(at_ms(1), question);
  line.due(at_ms(4));
  line.clear();
  CHECK_FALSE(line.next());
  CHECK(drain(line, at_ms(100)).empty());
  line.rival_asks(at_ms(200), question);
  CHECK(line.due(at_ms(300)) == question);
}
