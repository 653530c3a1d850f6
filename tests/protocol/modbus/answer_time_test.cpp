#include "protocol/modbus/answer_time.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace inspect::modbus;
using namespace std::chrono_literals;

TEST_CASE("an unknown device gets its whole limit, and a known one four times its slow edge") {
  AnswerTime time;
  CHECK(time.patience(1s) == 1s);
  time.learn(100ms, true);
  CHECK(time.patience(1s) == 400ms);
  time.learn(300ms, true);
  CHECK(time.patience(1s) == 1s);
  CHECK(time.patience(2s) == 1200ms);
}

TEST_CASE("a quick device still gets what an adapter and a busy computer may take") {
  AnswerTime time;
  time.learn(5ms, true);
  CHECK(time.patience(1s) == 35ms);
  CHECK(time.patience(20ms) == 20ms);  // its profile says so
}

TEST_CASE("the question after a missed one waits four times as long, until an answer comes") {
  AnswerTime time;
  time.missed();
  CHECK(time.patience(1s) == 1s);
  time.learn(5ms, true);
  CHECK(time.patience(1s) == 35ms);
  time.missed();
  CHECK(time.patience(1s) == 140ms);
  time.missed();
  CHECK(time.patience(1s) == 140ms);
  CHECK(time.patience(100ms) == 100ms);
  time.learn(60ms, true);  // it has become slower, and is known to be
  CHECK(time.patience(1s) == 240ms);
}

TEST_CASE("a probe waits half as much again as the device is known to take, or longer if there is time to spare") {
  std::array<AnswerTime, 3> line;
  line[0].learn(10ms, true);
  line[1].learn(40ms, true);
  CHECK(probe_patience(line[0], line, 0ms, 1s) == 15ms);
  CHECK(probe_patience(line[0], line, 300ms, 1s) == 300ms);
  CHECK(probe_patience(line[0], line, 5s, 1s) == 1s);
  CHECK(probe_patience(line[2], line, 0ms, 1s) == 60ms);  // never heard: as its slowest neighbour
  CHECK(slowest_of(line) == 40ms);
}

TEST_CASE("one late answer at most doubles what a probe costs, and a few good ones take that back") {
  std::array<AnswerTime, 2> line;
  for (int i = 0; i < 100; ++i) line[0].learn(10ms, true);
  line[0].learn(400ms, true);
  CHECK(line[0].patience(1s) == 1s);  // a living device is still given what it once needed
  CHECK(probe_patience(line[0], line, 0ms, 1s) == 30ms);
  CHECK(probe_patience(line[1], line, 0ms, 1s) == 30ms);  // never heard: as its neighbour
  for (int i = 0; i < 30; ++i) line[0].learn(10ms, true);
  CHECK(probe_patience(line[0], line, 0ms, 1s) < 18ms);
}

TEST_CASE("a device that has become slower for good is probed accordingly after a few answers") {
  std::array<AnswerTime, 1> line;
  line[0].learn(0ms, true);
  for (int i = 0; i < 20; ++i) line[0].learn(400ms, true);
  CHECK(probe_patience(line[0], line, 0ms, 1s) == 600ms);
}

TEST_CASE("a probe on a line on which nobody was ever heard waits to the limit") {
  const std::array<AnswerTime, 3> line;
  CHECK(probe_patience(line[0], line, 0ms, 1s) == 1s);
  CHECK(slowest_of(line) == 0ms);
}

TEST_CASE("the slow edge forgets: one slow answer does not slow down the line for ever") {
  AnswerTime time;
  time.learn(500ms, true);
  for (int i = 0; i < 3000; ++i) time.learn(10ms, true);
  CHECK(time.slowest() < 12ms);
  CHECK(time.slowest() >= 10ms);
}

TEST_CASE("the slow edge holds through a thousand quick answers well enough to stand for a rare slow one") {
  AnswerTime time;
  time.learn(400ms, true);
  for (int i = 0; i < 300; ++i) time.learn(10ms, true);
  CHECK(time.slowest() > 200ms);
}

TEST_CASE("the quick edge follows the device both ways") {
  AnswerTime time;
  for (int i = 0; i < 50; ++i) time.learn(20ms, true);
  CHECK(time.quickest() > 19ms);
  CHECK(time.quickest() <= 20ms);
  // The device became quicker: the answer lies there at the first look, so the look comes earlier and earlier.
  for (int i = 0; i < 100; ++i) time.learn(20ms, false);
  CHECK(time.quickest() < 1ms);
}

TEST_CASE("an answer that seems to come before the question ended took no time") {
  AnswerTime time;
  time.learn(-5ms, true);
  CHECK(time.slowest() == 0ms);
  CHECK(time.patience(1s) == patience_margin);
}

TEST_CASE("wire times are those of the serial line guide") {
  CHECK(WireTime(9600).characters(8) == 9166666ns);
  CHECK(WireTime(9600).silence() == 4010416ns);
  CHECK(WireTime(19200).silence() == 2005208ns);
  CHECK(WireTime(38400).silence() == 1750us);
  CHECK(WireTime(115200).silence() == 1750us);
  CHECK(WireTime(0).characters(0) == 0ns);
}
