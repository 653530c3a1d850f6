#include "firmware-agent/judgement/power_rules.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

struct Power {
  Site site;
  PowerRules rules{site.plant};
  ClaimBook book;
  double time = 1000;
  std::map<std::string, double> in{{"m1", 18}, {"m2", 18}, {"m3", 18}, {"m4", 18}};
  std::map<std::string, double> out{{"m1", 5}, {"m2", 5}, {"m3", 5}, {"m4", 5}};
  double amps = 1;

  /// One scan of all modules, 10 s after the last; then the second's tick.
  void scan() {
    time += 10;
    for (const auto& [name, volts] : in) {
      const auto put = [&](Role role, double value) {
        rules.take(site.id(name.c_str()), role, site.sample(time, name.c_str(), role, value), book);
      };
      put(Role::output_voltage, out[name]);
      put(Role::output_current, amps);
      put(Role::input_voltage, volts);
    }
    rules.tick(time + 6, book);
  }
  void scans(int n) {
    for (int i = 0; i < n; ++i) scan();
  }
  void session() {
    scans(12);
    rules.session_over(time, book);
  }
  std::string verdict() { return told(book, site.plant); }
};

}  // namespace

TEST_CASE("a fuse: all of a feed at once, another feed alive; its modules are explained by it") {
  Power p;
  p.scans(3);
  p.in["m1"] = p.in["m2"] = 0.02;
  p.out["m1"] = p.out["m2"] = 0.02;
  p.scans(20);
  CHECK(p.verdict() == "F1 f1");
}

TEST_CASE("mains that fail take every feed and blow no fuse") {
  Power p;
  p.scans(3);
  for (auto& [name, volts] : p.in) volts = 0.02;
  for (auto& [name, volts] : p.out) volts = 0.02;
  p.scans(20);
  CHECK(p.verdict().empty());
}

TEST_CASE("a new fuse that blows within the hour was no fuse") {
  Power p;
  p.scans(3);
  p.in["m1"] = p.in["m2"] = 0.02;
  p.scans(3);
  p.rules.mended(p.time, p.site.id("f1"));
  p.book.mended(p.time, p.site.id("f1"));
  p.scans(3);
  CHECK(p.verdict() == "F1 f1, -F1 f1, B2 f1");
}

TEST_CASE("one module without input while its neighbour has it: its own way in") {
  Power p;
  p.scans(3);
  p.in["m1"] = p.out["m1"] = 0.02;
  p.scans(20);
  CHECK(p.verdict() == "D2 m1");
}

TEST_CASE("a dead output on a good input is told at the second reading, a collapse likewise") {
  Power p;
  p.scans(3);
  p.out["m3"] = 0.02;
  p.scan();
  CHECK(p.verdict().empty());
  p.scan();
  CHECK(p.verdict() == "P6 m3");
  p.out["m1"] = 1.5;
  p.scans(3);
  CHECK(p.verdict() == "P6 m3, P3 m1");
}

TEST_CASE("a single dip of an output, or of the mains, is nothing") {
  Power p;
  p.scans(3);
  p.out["m1"] = 2;
  p.scan();
  p.out["m1"] = 5;
  p.scans(5);
  for (auto& [name, volts] : p.in) volts = 11;
  p.scan();
  for (auto& [name, volts] : p.in) volts = 18;
  p.scans(30);
  CHECK(p.verdict().empty());
}

TEST_CASE("an overload needs three readings and a minute") {
  Power p;
  p.amps = 3.6;
  p.scans(6);
  CHECK(p.verdict().empty());
  p.scans(3);
  CHECK(p.verdict() == "P4 m1, P4 m2, P4 m3, P4 m4");
}

TEST_CASE("a feed that sags below what its modules need is told as the feed's") {
  Power p;
  p.scans(3);
  p.in["m1"] = p.in["m2"] = 6.5;
  p.out["m1"] = p.out["m2"] = 3.4;
  p.scans(15);
  CHECK(p.verdict() == "P5 f1");
}

TEST_CASE("a feed that sags under load against its own usual is the bridge's; mains that sag are nobody's") {
  Power p;
  for (int i = 0; i < 45; ++i) p.session();
  for (auto& [name, volts] : p.in) volts = 16.4;
  for (int i = 0; i < 5; ++i) p.session();
  CHECK(p.verdict().empty());
  for (auto& [name, volts] : p.in) volts = 18;
  p.in["m3"] = p.in["m4"] = 16;
  p.session();
  CHECK(p.verdict().empty());
  p.session();
  CHECK(p.verdict() == "B1 f2");
}

TEST_CASE("a module's output speaks for itself only while its input stands") {
  Power p;
  p.scans(2);
  CHECK(p.rules.fed(p.site.id("m1")));
  p.in["m1"] = 6;
  p.scan();
  CHECK_FALSE(p.rules.fed(p.site.id("m1")));
}

TEST_CASE("what was dead and works again is over: module, way in and fuse, each when it is shown") {
  Power p;
  p.scans(3);
  p.out["m3"] = 0.02;
  p.scans(3);
  p.out["m3"] = 5;
  p.scans(2);
  CHECK(p.verdict() == "P6 m3");
  p.scans(2);
  CHECK(p.verdict() == "P6 m3, -P6 m3");
  p.book.told.clear();
  p.in["m1"] = p.in["m2"] = 0.02;
  p.scans(3);
  p.in["m1"] = p.in["m2"] = 18;
  p.scans(5);
  CHECK(p.verdict() == "F1 f1");
  p.scans(3);
  CHECK(p.verdict() == "F1 f1, -F1 f1");
}

TEST_CASE("a module that was told to rest, or to give less, is not dead") {
  Power p;
  p.scans(3);
  p.out["m3"] = 0.02;
  for (int i = 0; i < 10; ++i) {
    p.scan();
    p.rules.rest(p.site.id("m3"));
  }
  CHECK(p.verdict().empty());
  p.out["m3"] = 3.3;
  p.rules.expect(p.site.id("m3"), 3.3);
  p.rules.rest(p.site.id("m3"));
  p.scans(10);
  CHECK(p.verdict().empty());
  CHECK(p.rules.nominal(p.site.id("m3")) == 3.3);
}

TEST_CASE("where nobody knows what a module gives, or can give, nothing is claimed of it") {
  Power p;
  for (auto& point : p.site.plant.points) {
    if (point.role == Role::output_current) point.high = std::numeric_limits<double>::infinity();
  }
  p.rules = PowerRules(p.site.plant);
  p.out["m1"] = 1.5;  // may be an overload
  p.out["m3"] = 0.02;
  p.scans(10);
  CHECK(p.verdict() == "P6 m3");
  p.book = ClaimBook();
  for (auto& point : p.site.plant.points) point.nominal = 0, point.low = -std::numeric_limits<double>::infinity();
  p.rules = PowerRules(p.site.plant);
  p.out["m2"] = 0.02;
  p.in["m4"] = 0.02;
  p.scans(20);
  CHECK(p.verdict().empty());
}
