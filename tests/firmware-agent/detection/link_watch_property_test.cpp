// A line of two to eight devices, asked in virtual time by the schedule and the health rules of the poller, is cut,
// loses answers, and has devices die on it. Every run is reproducible: the seed is in the message.

#include "firmware-agent/detection/link_watch.hpp"
#include "firmware-agent/polling/health.hpp"
#include "firmware-agent/polling/schedule.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

using Random = std::mt19937_64;
using std::chrono::milliseconds;

bool chance(Random& random, double p) { return std::bernoulli_distribution(p)(random); }
int between(Random& random, int low, int high) { return std::uniform_int_distribution(low, high)(random); }

constexpr milliseconds answer_takes{30};
/// What silence costs, with the question's own time and the quarantine: the first question, the second, which is more
/// patient, and a probe, which waits only as long as the device is known to take.
constexpr milliseconds silence_takes{60};
constexpr milliseconds second_silence_takes{190};
constexpr milliseconds probe_takes{20};
constexpr milliseconds tick_every{250};

Site line_of(int devices) {
  Site site;
  site.name = "demo";
  site.buses = {{"line-1", {"1号总线", "Line 1"}, SerialLine{}}};
  site.profiles.emplace_back();
  for (int i = 0; i < devices; ++i) {
    Device device;
    device.name = "device-" + std::to_string(i);
    device.point_count = 1;
    site.devices.push_back(device);
  }
  return site;
}

struct Told {
  milliseconds at{};
  LinkStep step;
};

/// Polls as the poller does, by the same schedule: the first miss is asked again in idle time, a silent device is only
/// probed, an order to ask is served early.
class VirtualLine {
 public:
  VirtualLine(int devices, std::uint64_t seed) : site_(line_of(devices)), links_(site_), random_(seed) {
    for (int i = 0; i < devices; ++i) {
      members_.emplace_back();
      schedule_.add({DeviceIndex(i), 0, 1000ms}, time());
    }
    dead.resize(members_.size());
  }

  std::vector<bool> dead;
  bool cut = false;
  double loss = 0;
  std::vector<Told> told;

  void run(milliseconds span) {
    const auto end = clock_ + span;
    while (clock_ < end) step(end);
  }
  [[nodiscard]] milliseconds now() const { return clock_; }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] std::size_t opened(LinkFault fault) const {
    return static_cast<std::size_t>(
        std::count_if(told.begin(), told.end(), [&](const Told& t) { return t.step.opens && t.step.fault == fault; }));
  }
  [[nodiscard]] std::size_t accused() const {
    return opened(LinkFault::no_answer) + opened(LinkFault::refused) + opened(LinkFault::degraded);
  }

 private:
  struct Member {
    HealthTracker health;
  };

  [[nodiscard]] static milliseconds silence(const Member& member, const Task& task) {
    if (task.purpose == Purpose::probe) {
      return probe_takes + std::chrono::ceil<milliseconds>(std::min<BootClock::duration>(task.spare, 1s));
    }
    return member.health.health() == DeviceHealth::degraded ? second_silence_takes : silence_takes;
  }

  [[nodiscard]] BootTime time() const { return moment(clock_).boot; }

  void step(milliseconds end) {
    if (clock_ >= next_tick_) {
      next_tick_ = clock_ + tick_every;
      LinkSteps out;
      links_.tick(moment(clock_), out);
      take(out);
    }
    if (const auto task = schedule_.next(time())) {
      ask(*task);
      return;
    }
    const auto wait = std::chrono::ceil<milliseconds>(schedule_.wake(time()) - time());
    clock_ = std::min({end, next_tick_, clock_ + std::max(wait, 1ms)});
  }

  void ask(const Task& task) {
    const auto index = static_cast<std::size_t>(task.item);
    auto& member = members_[index];
    const auto started = time();
    const bool answers = !cut && !dead[index] && !chance(random_, loss);
    clock_ += answers ? answer_takes : silence(member, task);
    schedule_.done(task, started, time());
    const auto failure = answers ? std::nullopt : std::optional(Errc::timeout);
    const bool was_dormant = member.health.health() == DeviceHealth::dormant;
    const auto health = member.health.take(failure);
    if (was_dormant != (health == DeviceHealth::dormant)) {
      schedule_.set_dormant(DeviceIndex(index), !was_dormant, time(), time() - started);
    }
    LinkSteps out;
    links_.take({DeviceIndex(index), BusIndex{}, moment(clock_), failure, health}, out);
    take(out);
    if (member.health.in_doubt()) {
      schedule_.doubt(index, time());
    } else {
      schedule_.settle(DeviceIndex(index));
    }
  }

  void take(const LinkSteps& out) {
    for (const auto& step : out.steps) told.push_back({clock_, step});
    for (const auto device : out.ask) schedule_.hasten(device, time());
  }

  Site site_;
  LinkWatch links_;
  Random random_;
  std::vector<Member> members_;
  Schedule schedule_;
  milliseconds clock_{0};
  milliseconds next_tick_{0};
};

/// Two questions to each device, and the first of them in the worst case a poll away.
milliseconds line_bound(const VirtualLine& line) {
  return std::max<milliseconds>(3000ms,
                                1100ms + static_cast<int>(line.size()) * (silence_takes + second_silence_takes));
}

}  // namespace

TEST_CASE(
    "a line cut for any short time at any moment, that loses one answer in a hundred besides, accuses no device") {
  std::size_t cuts = 0;
  for (std::uint64_t seed = 1; seed <= 140; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 2, 8), seed + 1000);
    line.loss = 0.01;
    for (int i = 0; i < 20; ++i, ++cuts) {
      line.run(milliseconds(between(random, 8000, 60000)));
      line.cut = true;
      line.run(milliseconds(between(random, 100, 5000)));
      line.cut = false;
    }
    line.run(60s);
    CHECK(line.accused() == 0);
  }
  CHECK(cuts == 2800);
}

TEST_CASE("a single cut of less than a second tells nothing at all") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 2, 8), seed);
    line.run(milliseconds(between(random, 3000, 5000)));
    line.cut = true;
    line.run(milliseconds(between(random, 50, 950)));
    line.cut = false;
    line.run(120s);
    CHECK(line.told.empty());
  }
}

TEST_CASE("a line that stays cut is one finding in time and accuses nobody; it closes once") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 2, 8), seed);
    line.run(milliseconds(between(random, 3000, 5000)));
    line.cut = true;
    const auto since = line.now();
    line.run(line_bound(line) + milliseconds(between(random, 100, 60000)));
    line.cut = false;
    line.run(30s);
    REQUIRE(line.told.size() == 2);
    CHECK(line.told[0].step.fault == LinkFault::bus_down);
    CHECK(line.told[0].at - since <= line_bound(line));
    CHECK_FALSE(line.told[1].step.opens);
  }
}

TEST_CASE("a line that flaps is told once as a line, in any rhythm, and no device is accused") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 3, 8), seed);
    line.run(3s);
    for (int flap = 0; flap < 12; ++flap) {
      line.cut = true;
      line.run(milliseconds(between(random, 900, 2500)));
      line.cut = false;
      line.run(milliseconds(between(random, 300, 2500)));
    }
    line.run(180s);
    CHECK(line.accused() == 0);
    CHECK((line.opened(LinkFault::bus_degraded) > 0) + (line.opened(LinkFault::bus_down) > 0) >= 1);
    CHECK(line.opened(LinkFault::bus_degraded) <= 1);
    std::map<LinkFault, int> open;
    for (const auto& [at, step] : line.told) open[step.fault] += step.opens ? 1 : -1;
    for (const auto& [fault, count] : open) CHECK(count == 0);
  }
}

TEST_CASE("a device that dies is accused within three seconds, once, and nobody else") {
  milliseconds worst{0};
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 2, 8), seed);
    line.run(milliseconds(between(random, 3000, 5000)));
    const auto victim = static_cast<std::size_t>(between(random, 0, static_cast<int>(line.size()) - 1));
    line.dead[victim] = true;
    const auto since = line.now();
    line.run(60s);
    REQUIRE(line.told.size() == 1);
    CHECK(line.told[0].step.fault == LinkFault::no_answer);
    CHECK(line.told[0].step.neighbours_heard);
    CHECK(at(line.told[0].step.device) == victim);
    worst = std::max(worst, line.told[0].at - since);
  }
  MESSAGE("worst time to accuse: " << worst.count() << " ms");
  CHECK(worst <= 3000ms);
}

TEST_CASE(
    "several that die together are one finding that names them all, while a neighbour lives, and with losses too") {
  int told_alone = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 3, 8), seed);
    const bool lossy = seed % 2 == 0;
    line.loss = lossy ? 0.01 : 0;
    line.run(milliseconds(between(random, 3000, 5000)));
    const auto victims = static_cast<std::size_t>(between(random, 2, static_cast<int>(line.size()) - 1));
    for (std::size_t i = 0; i < victims; ++i) line.dead[i] = true;
    const auto since = line.now();
    line.run(60s);
    // Whose last answer was lost on the way is taken to have died before the others, and is told alone.
    if (line.told.size() == 2 && line.told.front().step.since.boot < moment(since).boot) {
      CHECK(lossy);
      ++told_alone;
      continue;
    }
    REQUIRE(line.told.size() == 1);
    const auto& [time, step] = line.told.front();
    CHECK(step.fault == LinkFault::branch_cut);
    CHECK(time - since <= std::chrono::seconds(lossy ? 31 : 3 + static_cast<int>(victims)));
    for (const auto device : step.devices) CHECK(at(device) < victims);
    if (!lossy) CHECK(step.devices.size() == victims);
    for (std::size_t i = 0; i < victims; ++i) line.dead[i] = false;
    line.run(30s);
    REQUIRE(line.told.size() == 2);
    CHECK(line.told.back().step.fault == LinkFault::branch_cut);
    CHECK_FALSE(line.told.back().step.opens);
  }
  CHECK(told_alone <= 2);  // one answer in a hundred, and it must be the last
}

TEST_CASE("several that die one after the other are each accused once") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 4, 8), seed);
    line.run(5s);
    for (std::size_t i = 0; i < 2; ++i) {
      line.dead[i] = true;
      line.run(milliseconds(between(random, 5000, 20000)));
    }
    line.run(30s);
    CHECK(line.opened(LinkFault::no_answer) == 2);
    CHECK(line.told.size() == 2);
  }
}

TEST_CASE("a device that an interruption kills is accused when the line is back") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    VirtualLine line(between(random, 2, 8), seed);
    line.run(4s);
    line.cut = true;
    line.run(milliseconds(between(random, 100, 8000)));
    line.cut = false;
    line.dead[0] = true;
    const auto since = line.now();
    line.run(60s);
    REQUIRE(line.opened(LinkFault::no_answer) == 1);
    const auto accusation = std::find_if(line.told.begin(), line.told.end(),
                                         [](const Told& t) { return t.step.fault == LinkFault::no_answer; });
    CHECK(at(accusation->step.device) == 0);
    CHECK(accusation->at - since <= 6s);
  }
}
