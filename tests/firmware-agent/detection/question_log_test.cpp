#include "firmware-agent/detection/question_log.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

DeviceAttempt ended(std::optional<Errc> failure, LineSigns signs = {}) {
  return {DeviceIndex{}, BusIndex{}, moment(0s), failure, DeviceHealth::unknown, signs};
}
LineSigns damaged() {
  LineSigns signs;
  signs.damaged = 1;
  return signs;
}
LineSigns garbled() {
  LineSigns signs;
  signs.garbled = 1;
  return signs;
}

}  // namespace

TEST_CASE("each way to fail is counted apart, and an exception is no failure") {
  QuestionLog log;
  log.take(ended(Errc::timeout));
  log.take(ended(Errc::timeout, damaged()));
  log.take(ended(Errc::corrupt_frame, garbled()));
  log.take(ended(Errc::corrupt_frame));
  log.take(ended(Errc::device_refused));
  log.take(ended(std::nullopt));
  CHECK(log.asked() == 6);
  CHECK(log.count(Trace::lost) == 1);
  CHECK(log.count(Trace::damaged) == 1);
  CHECK(log.count(Trace::garbled) == 1);
  CHECK(log.count(Trace::spoilt) == 1);
  CHECK(log.failed() == 4);
  CHECK(log.hurt() == 3);
  CHECK(log.failed(2) == 0);
  CHECK(log.failed(3) == 1);
  CHECK(log.since_trouble() == 6);
}

TEST_CASE("the log forgets what is older than 64 questions") {
  QuestionLog log;
  log.take(ended(Errc::timeout));
  for (int i = 0; i < 63; ++i) log.take(ended(std::nullopt));
  CHECK(log.asked() == 64);
  CHECK(log.failed() == 1);
  CHECK(log.since_trouble() == 64);
  log.take(ended(std::nullopt));
  CHECK(log.asked() == 64);
  CHECK(log.failed() == 0);
  CHECK(log.since_trouble() == 0);
}

TEST_CASE("what comes to light later is marked on the last question and is no failure") {
  QuestionLog log;
  log.take(ended(std::nullopt));
  log.mark(Trace::doubled);
  log.mark(Trace::late);
  CHECK(log.count(Trace::doubled) == 1);
  CHECK(log.count(Trace::late, 1) == 1);
  CHECK(log.failed() == 0);
}

TEST_CASE("the length of frames is learned from what was answered") {
  QuestionLog log;
  LineSigns signs;
  signs.bytes_out = 8;
  signs.bytes_in = 105;
  for (int i = 0; i < 60; ++i) log.take(ended(std::nullopt, signs));
  CHECK(log.bytes_asked() == doctest::Approx(8));
  CHECK(log.bytes_answered() == doctest::Approx(105).epsilon(0.01));
  log.take(ended(Errc::timeout));
  CHECK(log.bytes_answered() == doctest::Approx(105).epsilon(0.01));
}

TEST_CASE("a trouble begins with its first failure after ten sound answers, whatever failed before them") {
  QuestionLog log;
  const auto take = [&](std::optional<Errc> failure, int times) {
    for (int i = 0; i < times; ++i) log.take(ended(failure));
  };
  take(Errc::timeout, 1);
  take(std::nullopt, 9);
  take(Errc::corrupt_frame, 3);
  take(std::nullopt, 2);
  CHECK(log.since_trouble() == 15);
  take(std::nullopt, 8);
  take(Errc::corrupt_frame, 1);
  CHECK(log.since_trouble() == 1);
  take(std::nullopt, 30);
  CHECK(log.since_trouble() == 31);
}
