#include "firmware-agent/detection/line_evidence.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

constexpr std::size_t a = 0, b = 1, c = 2;

/// A line of three; each question takes 100 ms. `says("aa B a C")`: small letters miss, capitals answer.
struct Line {
  LineEvidence evidence{3};
  std::chrono::milliseconds clock{0};

  void says(std::string_view story) {
    for (const char letter : story) {
      if (letter == ' ') continue;
      clock += 100ms;
      if (letter >= 'a') {
        evidence.missed(static_cast<std::size_t>(letter - 'a'), moment(clock));
      } else {
        evidence.heard(static_cast<std::size_t>(letter - 'A'), moment(clock));
      }
    }
  }
  [[nodiscard]] bool convicts(std::size_t member) const { return evidence.convicts(member, moment(clock).boot); }
  [[nodiscard]] bool nobody() const { return !convicts(a) && !convicts(b) && !convicts(c); }
};

}  // namespace

TEST_CASE("a device is convicted by two misses between answers of others, after its first silence") {
  Line line;
  line.says("aa B a");
  CHECK(line.nobody());
  line.says("C a");
  CHECK(line.nobody());  // whether the line was whole after the last miss is not known yet
  line.says("B");
  CHECK(line.convicts(a));
  CHECK(line.evidence.heard_since(a));
}

TEST_CASE("another miss would prove something only when a neighbour was heard since the last one") {
  Line line;
  line.says("A B C a");
  CHECK_FALSE(line.evidence.would_prove(a));
  line.says("B");
  CHECK(line.evidence.would_prove(a));
  line.says("a");
  CHECK_FALSE(line.evidence.would_prove(a));
  CHECK(line.evidence.silence(a) == 200ms);
}

TEST_CASE("the first answer after an interruption convicts nobody, nor does the second") {
  Line line;
  line.says("aa bb c C B C");
  CHECK(line.nobody());
  line.says("A");
  CHECK(line.nobody());
  CHECK(line.evidence.misses(a) == 0);
  CHECK(line.evidence.shaken(moment(line.clock).boot));
}

TEST_CASE("somebody who missed and answers again voids what was proved against the others") {
  Line line;
  line.says("aa B a C b B a C");
  CHECK(line.nobody());
  line.says("a B");
  CHECK(line.convicts(a));
}

TEST_CASE("several silent at once need a third proof each") {
  Line line;
  line.says("aa bb C a b C a b C");
  CHECK(line.nobody());
  line.says("a b C");
  CHECK(line.convicts(a));
  CHECK(line.convicts(b));
  CHECK_FALSE(line.convicts(c));
}

TEST_CASE("on a line interrupted a moment ago a fourth proof is needed, and a minute later no more") {
  Line line;
  line.says("aa bb C B A");
  REQUIRE(line.evidence.shaken(moment(line.clock).boot));
  line.says("aa B a B a B a B");
  CHECK(line.nobody());
  line.says("a B");
  CHECK(line.convicts(a));
  line.says("A");
  line.clock += 61s;
  CHECK_FALSE(line.evidence.shaken(moment(line.clock).boot));
  line.says("aa B a B a B");
  CHECK(line.convicts(a));
}

TEST_CASE("a device that is silent for ever is convicted at last, however restless the line is") {
  Line line;
  for (int i = 0; i < 11; ++i) {
    CHECK(line.nobody());
    line.says("a B b B");
    line.clock += 2600ms;
  }
  CHECK(line.convicts(a));
  CHECK_FALSE(line.convicts(b));
}

TEST_CASE("the only device of a bus is convicted by three misses over two seconds") {
  LineEvidence alone(1);
  const auto convicted = [&] { return alone.convicts(0, moment(10s).boot); };
  for (const auto t : {0ms, 100ms, 1900ms}) {
    alone.missed(0, moment(t));
    CHECK_FALSE(convicted());
  }
  alone.missed(0, moment(2000ms));
  CHECK(convicted());
  alone.heard(0, moment(2100ms));
  alone.missed(0, moment(2200ms));
  alone.missed(0, moment(9s));
  CHECK_FALSE(convicted());
}

TEST_CASE("silence lasts from the first miss after an answer to the last miss, and ends with any answer") {
  Line line;
  line.says("A");
  CHECK(line.evidence.silence() == 0ms);
  line.says("b c b a");
  CHECK(line.evidence.silence() == 300ms);
  line.says("C");
  CHECK(line.evidence.silence() == 0ms);
}

TEST_CASE("three interruptions within a minute are a line that flaps; spread wider they are not") {
  Line line;
  line.says("aa b A B");
  line.says("a b B A");
  CHECK_FALSE(line.evidence.flapping(moment(line.clock).boot).has_value());
  line.says("c b B C");
  CHECK(line.evidence.flapping(moment(line.clock).boot) == moment(100ms));

  Line slow;
  for (int i = 0; i < 10; ++i) {
    slow.says("aa b A B");
    slow.clock += 31s;
    CHECK_FALSE(slow.evidence.flapping(moment(slow.clock).boot).has_value());
  }
}

TEST_CASE("one device that misses and answers is no interruption of the line") {
  Line line;
  for (int i = 0; i < 10; ++i) line.says("aa A B");
  CHECK_FALSE(line.evidence.shaken(moment(line.clock).boot));
}

TEST_CASE("interruptions after a line was down belong to that finding, and it is not trusted for a minute") {
  Line line;
  line.says("aa bb cc");
  line.evidence.line_was_down(moment(line.clock).boot);
  for (int i = 0; i < 5; ++i) line.says("aa b A B");
  CHECK_FALSE(line.evidence.flapping(moment(line.clock).boot).has_value());
  CHECK(line.evidence.shaken(moment(line.clock).boot));
  line.says("aa B a B a B");
  CHECK(line.nobody());
}
