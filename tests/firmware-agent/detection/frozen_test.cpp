#include "firmware-agent/detection/frozen.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

struct Stuck {
  Frozen detector;
  Rule rule;
  Stuck() {
    rule.against = "output.current";
    rule.window = 60s;
    rule.deadband = 0.5;
  }
  Sight see(double value, std::chrono::milliseconds at) {
    return detector.see(rule, good(PointIndex{0}, value, moment(at), 15s));
  }
};

}  // namespace

TEST_CASE("the same value for the whole window while the other point moved is a fault") {
  Stuck stuck;
  stuck.detector.other(1.0);
  for (auto t = 0s; t < 60s; t += 10s) CHECK(stuck.see(41.5, t) == Sight::not_judged);
  stuck.detector.other(2.0);
  CHECK(stuck.see(41.5, 60s) == Sight::fault);
  CHECK(stuck.detector.other_span() == doctest::Approx(1.0));
}

TEST_CASE("while nothing should have moved it, a constant value is no fault") {
  Stuck stuck;
  stuck.detector.other(1.0);
  for (auto t = 0s; t < 600s; t += 10s) {
    stuck.detector.other(t.count() % 20 == 0 ? 1.0 : 1.5);  // moves by the deadband, not more
    CHECK(stuck.see(41.5, t) == Sight::not_judged);
  }
}

TEST_CASE("movement from before the run does not count") {
  Stuck stuck;
  stuck.detector.other(1.0);
  stuck.detector.other(9.0);
  for (auto t = 0s; t <= 120s; t += 10s) CHECK(stuck.see(41.5, t) == Sight::not_judged);
}

TEST_CASE("one count of movement is health") {
  Stuck stuck;
  stuck.detector.other(1.0);
  stuck.see(41.5, 0s);
  CHECK(stuck.see(41.6, 10s) == Sight::healthy);
  CHECK(stuck.see(41.6, 20s) == Sight::healthy);
}

TEST_CASE("after a gap nothing is known: neither frozen nor moving") {
  Stuck stuck;
  stuck.detector.other(1.0);
  stuck.see(41.5, 0s);
  stuck.see(41.6, 10s);
  CHECK(stuck.see(41.6, 100s) == Sight::not_judged);  // the last reading was good for 15 s
  CHECK(stuck.see(41.6, 110s) == Sight::not_judged);
  stuck.detector.gap();
  CHECK(stuck.see(41.7, 120s) == Sight::not_judged);
}

TEST_CASE("without a point to move it the window alone decides") {
  Stuck stuck;
  stuck.rule.against.clear();
  for (auto t = 0s; t < 60s; t += 10s) CHECK(stuck.see(41.5, t) == Sight::not_judged);
  CHECK(stuck.see(41.5, 60s) == Sight::fault);
}
