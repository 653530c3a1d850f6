#include "firmware-agent/detection/point_judge.hpp"

#include "tests/firmware-agent/detection/world.hpp"

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

// The rules of the test site, in its order.
constexpr std::size_t welded_1 = 0, rail_low = 4, leakage_high = 5, frozen = 6;

struct Bench {
  TestSite place;
  PointJudge judge{place.site};
  std::chrono::milliseconds clock{0};
  PointSteps out;

  void take(const std::vector<Reading>& readings) {
    out = {};
    for (const auto& reading : readings) judge.note(reading);
    for (const auto& reading : readings) judge.judge(reading, moment(clock).boot, out);
  }
  void see(PointIndex point, double value) {
    clock += 1s;
    take({good(point, value, moment(clock))});
  }
  [[nodiscard]] bool changed(std::size_t watch, bool opens) const {
    return out.steps.size() == 1 && out.steps[0].what == PointStep::What::watch && out.steps[0].index == watch &&
           out.steps[0].opens == opens;
  }
};

}  // namespace

TEST_CASE("a limit opens on the second reading beyond it and asks for that reading") {
  Bench bench;
  bench.see(bench.place.voltage, 11.0);
  CHECK(bench.out.steps.empty());
  CHECK(bench.out.confirm == std::vector{bench.place.voltage});
  CHECK(bench.judge.suspected(rail_low));
  bench.see(bench.place.voltage, 11.1);
  CHECK(bench.changed(rail_low, true));
  CHECK(bench.out.steps[0].since == moment(1s));
}

TEST_CASE("one noisy reading opens nothing and closes nothing") {
  Bench bench;
  bench.see(bench.place.voltage, 0.1);
  bench.see(bench.place.voltage, 12.0);
  CHECK(bench.out.steps.empty());
  bench.see(bench.place.voltage, 11.0);
  bench.see(bench.place.voltage, 11.0);
  CHECK(bench.judge.open(rail_low));
  bench.see(bench.place.voltage, 12.0);
  bench.see(bench.place.voltage, 11.0);
  CHECK(bench.judge.open(rail_low));
}

TEST_CASE("bad and uncertain readings open nothing, close nothing and interrupt what is pending") {
  for (const auto quality : {Quality::bad, Quality::uncertain}) {
    Bench bench;
    const auto broken = [&] {
      bench.clock += 1s;
      auto reading = good(bench.place.voltage, 12.0, moment(bench.clock));
      reading.quality = quality;
      reading.reason = Reason::no_answer;
      bench.take({reading});
      CHECK(bench.out.steps.empty());
    };
    bench.see(bench.place.voltage, 11.0);
    broken();
    bench.see(bench.place.voltage, 11.0);
    CHECK_FALSE(bench.judge.open(rail_low));
    bench.see(bench.place.voltage, 11.0);
    CHECK(bench.judge.open(rail_low));
    for (int i = 0; i < 10; ++i) broken();
    CHECK(bench.judge.open(rail_low));
  }
}

TEST_CASE("leakage is judged only while the test voltage is there, fresh and high enough") {
  Bench bench;
  const auto leak = [&](double milliamps, std::optional<double> volts) {
    bench.clock += 1s;
    std::vector<Reading> block{good(bench.place.leakage, milliamps, moment(bench.clock))};
    if (volts) block.push_back(good(bench.place.test, *volts, moment(bench.clock)));
    bench.take(block);
  };
  for (int i = 0; i < 10; ++i) leak(50, std::nullopt);
  CHECK_FALSE(bench.judge.suspected(leakage_high));
  for (int i = 0; i < 10; ++i) leak(50, 0);
  CHECK_FALSE(bench.judge.suspected(leakage_high));
  for (int i = 0; i < 3; ++i) leak(50, 250);
  CHECK(bench.judge.suspected(leakage_high));
  CHECK_FALSE(bench.judge.open(leakage_high));
  leak(50, 250);
  CHECK(bench.changed(leakage_high, true));
  // Switched off, the fault cannot be measured: that does not close it.
  for (int i = 0; i < 20; ++i) leak(0, 0);
  CHECK(bench.judge.open(leakage_high));
  for (int i = 0; i < 6; ++i) leak(2, 250);
  CHECK_FALSE(bench.judge.open(leakage_high));
}

TEST_CASE("a command and its feedback in one block are seen together, in whatever order they stand") {
  for (const bool command_first : {true, false}) {
    Bench bench;
    const auto block = [&](double command, double state) {
      bench.clock += 1s;
      auto a = good(bench.place.command_1, command, moment(bench.clock));
      auto b = good(bench.place.state_1, state, moment(bench.clock));
      bench.take(command_first ? std::vector{a, b} : std::vector{b, a});
    };
    block(1, 1);
    block(0, 1);  // just switched off, still settling
    CHECK(bench.out.confirm.empty());
    block(0, 1);
    CHECK(bench.out.confirm == std::vector{bench.place.state_1, bench.place.command_1});
    block(0, 1);
    CHECK(bench.changed(welded_1, true));
  }
}

TEST_CASE("leakage is not judged against a test voltage that is stale or bad, whatever number stands there") {
  Bench bench;
  bench.clock += 1s;
  bench.take({good(bench.place.test, 250, moment(bench.clock))});
  for (int i = 0; i < 20; ++i) bench.see(bench.place.leakage, 50);
  CHECK_FALSE(bench.judge.open(leakage_high));
  CHECK_FALSE(bench.judge.suspected(leakage_high));
  for (int i = 0; i < 20; ++i) {
    bench.clock += 1s;
    auto broken = bad(bench.place.test, Reason::refused, moment(bench.clock));
    broken.value = 250;
    bench.take({broken, good(bench.place.leakage, 50, moment(bench.clock))});
  }
  CHECK_FALSE(bench.judge.suspected(leakage_high));
}

TEST_CASE("a feedback that would change something has its command read at once; one that fits has not") {
  Bench bench;
  const auto command = [&] { bench.see(bench.place.command_1, 0); };
  const auto feedback = [&](double value) { bench.see(bench.place.state_1, value); };
  command();
  feedback(0);
  CHECK(bench.out.confirm.empty());
  feedback(1);
  CHECK(bench.out.confirm == std::vector{bench.place.command_1});
  command();
  CHECK(bench.out.confirm == std::vector{bench.place.state_1, bench.place.command_1});
  feedback(1);
  CHECK(bench.out.confirm == std::vector{bench.place.command_1});
  command();
  CHECK(bench.changed(welded_1, true));
  feedback(1);
  CHECK(bench.out.confirm.empty());
  feedback(0);
  CHECK(bench.out.confirm == std::vector{bench.place.command_1});
}

TEST_CASE("a command that could not be read for a while settles anew before anything is judged") {
  Bench bench;
  const auto block = [&](double state, bool command_read = true) {
    bench.clock += 1s;
    const auto command = command_read ? good(bench.place.command_1, 0, moment(bench.clock))
                                      : bad(bench.place.command_1, Reason::refused, moment(bench.clock));
    bench.take({command, good(bench.place.state_1, state, moment(bench.clock))});
  };
  block(0);
  block(0);
  block(1, false);  // it may have been switched on and off again meanwhile
  block(1);
  CHECK(bench.out.confirm.empty());
  block(1);
  CHECK_FALSE(bench.judge.open(welded_1));
  block(1);
  CHECK(bench.judge.open(welded_1));
}

TEST_CASE("a frozen value is told when its witness moved, and a witness that pauses does no harm") {
  Bench bench;
  const auto minute = [&](double current) {
    for (int i = 0; i < 60; ++i) {
      bench.see(bench.place.temperature, 41.5);
      CHECK(bench.out.steps.empty());
    }
    bench.see(bench.place.current, current);
  };
  minute(1.0);
  CHECK_FALSE(bench.judge.suspected(frozen));
  bench.clock += 1s;
  bench.take({bad(bench.place.current, Reason::busy, moment(bench.clock))});
  bench.see(bench.place.temperature, 41.5);
  bench.see(bench.place.current, 3.0);
  bench.see(bench.place.temperature, 41.5);
  CHECK(bench.out.confirm == std::vector{bench.place.temperature, bench.place.current});
  bench.see(bench.place.temperature, 41.5);
  CHECK(bench.changed(frozen, true));
}

TEST_CASE("an implausible value opens on its second reading and closes on two plausible ones") {
  Bench bench;
  const auto implausible = [&] {
    bench.clock += 1s;
    bench.take({bad(bench.place.voltage, Reason::implausible, moment(bench.clock))});
  };
  implausible();
  CHECK(bench.out.confirm == std::vector{bench.place.voltage});
  implausible();
  REQUIRE(bench.out.steps.size() == 1);
  CHECK(bench.out.steps[0].what == PointStep::What::plausibility);
  CHECK(bench.out.steps[0].index == at(bench.place.voltage));
  bench.see(bench.place.voltage, 12.0);
  CHECK(bench.out.steps.empty());
  bench.see(bench.place.voltage, 12.0);
  REQUIRE(bench.out.steps.size() == 1);
  CHECK_FALSE(bench.out.steps[0].opens);
}

TEST_CASE("the deciding reading of a slow point is asked for when the on-delay is over") {
  Bench bench;
  bench.clock += 1s;
  const auto slow = [&](PointIndex point, double value) { return good(point, value, moment(bench.clock), 120s); };
  bench.take({slow(bench.place.test, 250), slow(bench.place.leakage, 50)});
  bench.out = {};
  bench.judge.tick(moment(bench.clock + 2900ms).boot, bench.out);
  CHECK(bench.out.confirm.empty());
  bench.judge.tick(moment(bench.clock + 3s).boot, bench.out);
  CHECK(bench.out.confirm == std::vector{bench.place.leakage, bench.place.test});
}
