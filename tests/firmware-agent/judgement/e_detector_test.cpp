#include "firmware-agent/judgement/e_detector.hpp"

#include <doctest/doctest.h>

#include <random>

using inspect::judgement::EDetector;

namespace {
/// Trials until it signals; `most` if it does not.
int run(EDetector& detector, double share, std::mt19937& dice, int most) {
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 1; i <= most; ++i) {
    if (detector.take(uniform(dice) < share)) return i;
  }
  return most;
}
}  // namespace

TEST_CASE("at the healthy share the mean run is at least the run length that was asked for") {
  std::mt19937 dice(1);
  constexpr int runs = 200, most = 20'000;
  double sum = 0;
  for (int i = 0; i < runs; ++i) {
    EDetector detector(0.01, 1000);
    sum += run(detector, 0.01, dice, most);
  }
  CHECK(sum / runs >= 1000);
}

TEST_CASE("events that became frequent are found within a few of them, rare ones later") {
  std::mt19937 dice(2);
  EDetector often(0.01, 1e6);
  CHECK(run(often, 0.5, dice, 1000) < 60);
  EDetector seldom(0.01, 1e6);
  const int delay = run(seldom, 0.05, dice, 100'000);
  CHECK(delay > 60);
  CHECK(delay < 2000);
}

TEST_CASE("evidence is forgotten after the cause went, and at once on reset") {
  EDetector detector(0.01, 1e6);
  while (!detector.take(true)) {
  }
  bool signal = true;
  for (int i = 0; i < 5000; ++i) signal = detector.take(false);
  CHECK_FALSE(signal);
  while (!detector.take(true)) {
  }
  detector.reset();
  CHECK_FALSE(detector.take(false));
}
