#include "firmware-agent/judgement/tester_rules.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

/// Tests of objects that differ by factors, as exam objects do; counts of 1 uA and 0.05 Mohm.
struct Tester {
  Site site;
  TesterRules rules{site.plant, site.id("t")};
  ClaimBook book;
  std::mt19937 dice{7};
  double time = 1000;
  int tests = 0;

  double normal() { return std::normal_distribution<double>()(dice); }
  void take(double at, Role role, double value) { rules.take(role, site.sample(at, "t", role, value), book); }
  void test(std::array<double, 3> leakage, double insulation) {
    take(time, Role::test_voltage, std::round((242 + 0.7 * normal()) * 10) / 10);
    for (int i = 0; i < 3; ++i)
      take(time + 2 + 2 * i, Role::leakage_current, std::round(std::max(0.0, leakage[static_cast<std::size_t>(i)])));
    take(time + 9, Role::insulation, std::round(20 * insulation) / 20);
    time += 300;
    ++tests;
  }
  double object() { return 300 * std::exp(0.5 * normal()); }
  double ohms() { return std::min(200.0, 60 * std::exp(0.6 * normal())); }
  double noise(double x) { return x + (0.005 * x + 1) * normal(); }
  void sound() {
    const double x = object();
    test({noise(x), noise(x), noise(x)}, ohms());
  }
  void sound(int n) {
    for (int i = 0; i < n; ++i) sound();
  }
  /// Tests from now on until something is told; at most `most`.
  template <class Play>
  int until_told(int most, Play play) {
    for (int i = 1; i <= most; ++i) {
      play();
      if (!book.told.empty()) return i;
    }
    return most + 1;
  }
  std::string verdict() { return told(book, site.plant); }
};

}  // namespace

TEST_CASE("twenty thousand objects of a sound tester raise nothing") {
  Tester t;
  t.sound(20'000);
  CHECK(t.verdict().empty());
}

TEST_CASE("an open lead reads falsely safe and is found at the third object") {
  Tester t;
  t.sound(300);
  const auto open = [&] { t.test({std::abs(t.normal()), 1, std::abs(t.normal())}, 200); };
  CHECK(t.until_told(5, open) == 3);
  CHECK(t.verdict() == "L1 t");
}

TEST_CASE("a scale of milliampere for microampere is no open lead: the objects still insulate as objects do") {
  Tester t;
  t.sound(300);
  for (int i = 0; i < 50; ++i) {
    const double x = t.object() / 1000;
    t.test({x, x, x}, t.ohms());
  }
  CHECK(t.verdict().empty());
}

TEST_CASE("an open clamp reads low and wild and is found within five objects") {
  Tester t;
  t.sound(300);
  const auto clamp = [&] {
    const double x = 0.15 * t.object();
    const auto wild = [&] { return x + (0.25 * x + 15) * t.normal(); };
    t.test({wild(), wild(), wild()}, t.ohms());
  };
  CHECK(t.until_told(5, clamp) <= 5);
  CHECK(t.verdict() == "G1 t");
}

TEST_CASE("a loose lead drops out within a test, and one drop-out is an event") {
  Tester t;
  t.sound(300);
  t.test({301, 0, 300}, 60);
  t.sound(20);
  CHECK(t.verdict().empty());
  t.test({250, 251, 1}, 60);
  CHECK(t.verdict() == "L2 t");
}

TEST_CASE("a stuck tester repeats itself over different objects and is found at the second") {
  Tester t;
  t.sound(300);
  const auto stuck = [&] {
    t.take(t.time, Role::test_voltage, 242.1);
    for (int i = 0; i < 3; ++i) t.take(t.time + 2 + 2 * i, Role::leakage_current, 287);
    t.take(t.time + 9, Role::insulation, 55.5);
    t.time += 300;
  };
  CHECK(t.until_told(5, stuck) == 2);
  CHECK(t.verdict() == "T3 t");
}

TEST_CASE("moisture lowers the insulation of every object; one wet object is the object") {
  Tester t;
  t.sound(400);
  t.test({900, 901, 899}, 3);
  t.sound(10);
  CHECK(t.verdict().empty());
  const auto moist = [&] {
    const double x = 2 * t.object();
    t.test({t.noise(x), t.noise(x), t.noise(x)}, t.ohms() / 12);
  };
  CHECK(t.until_told(30, moist) <= 15);
  CHECK(t.verdict() == "T4 t");
}

TEST_CASE("objects below the limit of insulation, three in a row, are a fact from the first day") {
  Tester t;
  const auto wet = [&] { t.test({900, 901, 899}, 1.5); };
  CHECK(t.until_told(5, wet) == 3);
  CHECK(t.verdict() == "T4 t");
}

TEST_CASE("what is read without test voltage is no test") {
  Tester t;
  t.sound(300);
  for (int i = 0; i < 20; ++i, t.time += 100) {
    t.take(t.time, Role::test_voltage, 0);
    t.take(t.time + 2, Role::leakage_current, 0);
    t.take(t.time + 4, Role::insulation, 200);
  }
  CHECK(t.verdict().empty());
}

TEST_CASE("a reading that comes late, in the next object's test, belongs to neither") {
  Tester t;
  t.sound(300);
  for (int i = 0; i < 30; ++i) {
    const double x = t.object();
    t.take(t.time, Role::test_voltage, 242);
    t.take(t.time + 2, Role::leakage_current, x);
    t.take(t.time - 290, Role::leakage_current, 3 * x);
    t.take(t.time + 4, Role::leakage_current, x + 1);
    t.take(t.time + 9, Role::insulation, t.ohms());
    t.time += 300;
  }
  CHECK(t.verdict().empty());
}

TEST_CASE("a mended tester begins its count anew") {
  Tester t;
  t.sound(300);
  t.test({0, 1, 0}, 200);
  t.test({0, 1, 0}, 200);
  t.rules.mended();
  t.test({0, 1, 0}, 200);
  CHECK(t.verdict().empty());
}
