#include "protocol/modbus/answer_time.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <doctest/doctest.h>

using namespace inspect::modbus;
using namespace std::chrono_literals;

TEST_CASE("an unknown device gets its whole limit, and a known one twice its slow edge but no less than 200 ms") {
  AnswerTime time;
  CHECK(time.patience(1s) == 1s);
  time.learn(10ms, true);
  CHECK(time.patience(1s) == 200ms);
  time.learn(300ms, true);
  CHECK(time.patience(1s) == 600ms);
  time.learn(900ms, true);
  CHECK(time.patience(1s) == 1s);
}

TEST_CASE("a limit below 200 ms is kept as it is") {
  AnswerTime time;
  CHECK(time.patience(50ms) == 50ms);
  time.learn(5ms, true);
  CHECK(time.patience(50ms) == 50ms);
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
  CHECK(time.patience(1s) == 200ms);
}

TEST_CASE("wire times are those of the serial line guide") {
  CHECK(WireTime(9600).characters(8) == 9166666ns);
  CHECK(WireTime(9600).silence() == 4010416ns);
  CHECK(WireTime(19200).silence() == 2005208ns);
  CHECK(WireTime(38400).silence() == 1750us);
  CHECK(WireTime(115200).silence() == 1750us);
  CHECK(WireTime(0).characters(0) == 0ns);
}
