#include "firmware-agent/detection/mismatch.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

/// A detector with the last readings of both sides.
struct Pair {
  Mismatch detector;
  Rule rule;
  Reading command_reading;
  Reading feedback_reading;

  explicit Pair(std::optional<bool> when = std::nullopt) {
    rule.when = when;
    rule.settle = 100ms;
  }
  Sight command(double value, std::chrono::milliseconds at) {
    command_reading = good(PointIndex{0}, value, moment(at));
    detector.command(command_reading);
    return judge(at);
  }
  Sight feedback(double value, std::chrono::milliseconds at) {
    feedback_reading = good(PointIndex{1}, value, moment(at));
    return judge(at);
  }
  [[nodiscard]] Sight judge(std::chrono::milliseconds at) const {
    return detector.judge(rule, command_reading, feedback_reading, moment(at).boot);
  }
};

}  // namespace

TEST_CASE("a feedback counts when the command was read before and after it and did not change") {
  Pair pair;
  CHECK(pair.command(0, 0ms) == Sight::not_judged);
  CHECK(pair.feedback(1, 200ms) == Sight::nothing_new);
  CHECK(pair.command(0, 300ms) == Sight::fault);
  CHECK(pair.feedback(0, 400ms) == Sight::nothing_new);
  CHECK(pair.command(0, 500ms) == Sight::healthy);
}

TEST_CASE("a relay switched between the two reads is not taken for a broken one") {
  Pair pair;
  pair.command(0, 0ms);
  pair.feedback(1, 1000ms);  // somebody switched it on before this read
  CHECK(pair.command(1, 1010ms) == Sight::not_judged);
}

TEST_CASE("nothing is judged until the settle time after the command's change was seen") {
  Pair pair;
  pair.command(1, 0ms);
  pair.feedback(0, 99ms);
  CHECK(pair.command(1, 99ms) == Sight::not_judged);
  pair.feedback(0, 100ms);
  CHECK(pair.command(1, 100ms) == Sight::fault);
}

TEST_CASE("command and feedback of one block are judged together") {
  Pair pair;
  pair.command(1, 0ms);
  pair.command(1, 1000ms);
  CHECK(pair.feedback(0, 1000ms) == Sight::fault);
  pair.command(1, 2000ms);
  CHECK(pair.feedback(1, 2000ms) == Sight::healthy);
}

TEST_CASE("a rule for one direction keeps quiet in the other") {
  Pair welded(false);
  welded.command(1, 0ms);
  welded.command(1, 1000ms);
  CHECK(welded.feedback(0, 1000ms) == Sight::not_judged);
  welded.command(0, 2000ms);
  welded.command(0, 3000ms);
  CHECK(welded.feedback(1, 3000ms) == Sight::fault);
}

TEST_CASE("stale and bad readings of either side are not compared") {
  Pair pair;
  pair.command(0, 0ms);
  pair.feedback(1, 1000ms);
  CHECK(pair.command(0, 4600ms) == Sight::not_judged);  // the feedback's 3.5 s are over
  pair.feedback(1, 4700ms);
  CHECK(pair.command(0, 4800ms) == Sight::fault);
  pair.feedback_reading.quality = Quality::uncertain;
  CHECK(pair.judge(4800ms) == Sight::not_judged);
  pair.feedback_reading.quality = Quality::good;
  pair.command_reading.quality = Quality::bad;
  CHECK(pair.judge(4800ms) == Sight::not_judged);
}

TEST_CASE("after a hole in the command's readings it counts as just changed") {
  Pair pair;
  pair.command(0, 0ms);
  pair.detector.command_lost();
  pair.feedback(1, 1000ms);
  CHECK(pair.command(0, 1000ms) == Sight::not_judged);
  pair.feedback(1, 1100ms);
  CHECK(pair.command(0, 1100ms) == Sight::fault);
}
