// Random streams against what the watchman promises. Every run is reproducible: the seed is in the message.

#include "firmware-agent/detection/watchman.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <map>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

using Random = std::mt19937_64;

bool chance(Random& random, double p) { return std::bernoulli_distribution(p)(random); }
int between(Random& random, int low, int high) { return std::uniform_int_distribution(low, high)(random); }

std::set<std::string> identities(const std::vector<FindingChange>& changes) {
  std::set<std::string> ids;
  for (const auto& change : changes) ids.insert(to_string(change.finding.id));
  return ids;
}

/// What is true on the site; the readings follow from it.
struct Truth {
  double command = 0;
  bool welded = false;
  double voltage = 12;
  double leakage = 1;
  bool board_dead = false;
  bool line_cut = false;
  [[nodiscard]] double state() const { return welded ? 1 : command; }
};

/// One poll of the whole site, in the order of a bus: an attempt and its block for each device.
void poll(WatchedSite& w, const Truth& truth) {
  const auto ask = [&](DeviceIndex device, bool answers, std::vector<std::pair<PointIndex, double>> values) {
    w.wait(100ms);
    w.attempt(device, answers ? std::nullopt : std::optional(Errc::timeout));
    std::vector<Reading> block;
    for (const auto& [point, value] : values) {
      block.push_back(answers ? good(point, value, w.now()) : bad(point, Reason::no_answer, w.now()));
    }
    w.take(block);
  };
  ask(w.place.board, !truth.board_dead && !truth.line_cut,
      {{w.place.command_1, truth.command}, {w.place.state_1, truth.state()}});
  ask(w.place.power, !truth.line_cut, {{w.place.voltage, truth.voltage}});
  ask(w.place.leak, !truth.line_cut, {{w.place.leakage, truth.leakage}, {w.place.test, 250}});
  ask(w.place.inputs, true, {{w.place.input, truth.state()}});
  w.wait(600ms);
  w.tick();
}

void polls(WatchedSite& w, const Truth& truth, int count) {
  for (int i = 0; i < count; ++i) poll(w, truth);
}

/// Invariants of any history: one finding for each identity, opened once, returns and comebacks alternating.
void check_ledger(const std::vector<FindingChange>& changes) {
  std::map<std::string, bool> active;
  std::map<std::string, unsigned> repeats;
  for (const auto& change : changes) {
    const auto id = to_string(change.finding.id);
    CAPTURE(id);
    CAPTURE(name(change.event));
    const bool known = active.count(id) == 1;
    if (change.event == FindingEvent::opened) CHECK_FALSE(known);
    if (change.event == FindingEvent::returned) CHECK((known && active[id]));
    if (change.event == FindingEvent::reopened) {
      CHECK((known && !active[id]));
      CHECK(change.finding.repeats == ++repeats[id]);
    }
    active[id] = change.finding.active;
    CHECK(change.finding.analysis.evidence.size() <= 16);
    CHECK(change.finding.analysis.held_back.size() <= 64);
  }
}

}  // namespace

TEST_CASE("glitches of a single read, of any kind, open nothing") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    WatchedSite w;
    int since_glitch = 0;
    int since_cut = 0;
    for (int i = 0; i < 500; ++i) {
      Truth truth;
      truth.command = i / 50 % 2;
      // Rarer than the one in five that would be a bad link, but as near to each other as that allows.
      if (++since_glitch > 4 && chance(random, 0.5)) {
        since_glitch = 0;
        switch (between(random, 0, 4)) {
          case 0: truth.voltage = between(random, -50, 11); break;
          case 1: truth.leakage = between(random, 11, 1000); break;
          case 2: truth.welded = true; break;
          case 3: truth.board_dead = true; break;
          default:
            // Three interruptions in a minute would be a line that flaps.
            truth.line_cut = i >= since_cut + 31;
            if (truth.line_cut) since_cut = i;
            break;
        }
      }
      poll(w, truth);
    }
    CHECK(w.changes.empty());
  }
}

TEST_CASE("every real fault opens exactly once and returns exactly once, through glitches") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    WatchedSite w;
    for (int fault = 0; fault < 12; ++fault) {
      const auto before = static_cast<std::size_t>(fault);
      Truth truth;
      polls(w, truth, 3);
      const auto kind = between(random, 0, 3);
      if (kind == 0) truth.voltage = 10;
      if (kind == 1) truth.leakage = 30;
      if (kind == 2) truth.welded = true;
      if (kind == 3) truth.board_dead = true;
      polls(w, truth, between(random, 8, 40));
      CHECK(w.count(FindingEvent::opened) == before + 1);
      CHECK(w.count(FindingEvent::returned) == before);
      polls(w, Truth{}, between(random, 12, 30));
      CHECK(w.count(FindingEvent::returned) == before + 1);
      w.wait(11min);  // the next one is another occurrence
    }
    CHECK(w.count(FindingEvent::reopened) == 0);
    check_ledger(w.changes);
  }
}

TEST_CASE("any interleaving of restarts finds the same faults, none of them twice") {
  const auto run = [](std::uint64_t seed, double restarts) {
    Random story(seed);
    Random killer(seed + 1000);
    WatchedSite w;
    for (int chapter = 0; chapter < 10; ++chapter) {
      Truth truth;
      truth.command = between(story, 0, 1);
      truth.welded = truth.command < 0.5 && chance(story, 0.3);
      truth.voltage = chance(story, 0.3) ? 10 : 12;
      truth.leakage = chance(story, 0.3) ? 30 : 1;
      truth.line_cut = chance(story, 0.2);
      truth.board_dead = chance(story, 0.2);
      // Long enough that a restart inside it leaves time to see all of it, short enough to flap within the hold time.
      for (int i = 0; i < 30; ++i) {
        if (i < 15 && chance(killer, restarts)) w.restart();
        poll(w, truth);
      }
      if (chance(story, 0.2)) w.wait(11min);
    }
    check_ledger(w.changes);
    return identities(w.changes);
  };
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const auto undisturbed = run(seed, 0);
    CHECK_FALSE(undisturbed.empty());
    for (const double restarts : {0.05, 0.3, 1.0}) CHECK(run(seed, restarts) == undisturbed);
  }
}

TEST_CASE("however often a fault flaps within the hold time, it keeps one identity") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    WatchedSite w;
    for (int flap = 0; flap < 30; ++flap) {
      Truth truth;
      truth.voltage = 10;
      polls(w, truth, between(random, 2, 10));
      polls(w, Truth{}, between(random, 2, 300));
      if (chance(random, 0.3)) w.restart();
    }
    CHECK(identities(w.changes) == std::set<std::string>{"demo/power-1/output.voltage/rail.low/1"});
    check_ledger(w.changes);
  }
}

TEST_CASE("whatever is thrown at it, the ledger stays sound and bounded") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    WatchedSite w;
    const std::vector<std::optional<Errc>> endings{
        std::nullopt,         Errc::timeout,           Errc::corrupt_frame,   Errc::foreign_frame, Errc::device_busy,
        Errc::device_refused, Errc::unsupported_point, Errc::bus_unavailable, Errc::storage};
    for (int i = 0; i < 3000; ++i) {
      w.wait(std::chrono::milliseconds(between(random, 0, 700)));
      switch (between(random, 0, 6)) {
        case 0:
          w.attempt(DeviceIndex(between(random, 0, 3)), endings[static_cast<std::size_t>(between(random, 0, 8))]);
          break;
        case 1: w.port(BusIndex(between(random, 0, 1)), chance(random, 0.7), "why"); break;
        case 2: w.tick(); break;
        case 3:
          if (chance(random, 0.02)) w.restart();
          break;
        default: {
          auto reading = good(PointIndex(between(random, 0, 9)), between(random, 0, 14), w.now());
          reading.quality = static_cast<Quality>(between(random, 0, 5) / 4);
          reading.reason = static_cast<Reason>(between(random, 0, 8));
          reading.measured_at = moment(w.clock - std::chrono::milliseconds(between(random, 0, 100)));
          w.take({reading});
        }
      }
      CHECK(w.last.confirm.size() <= w.place.site.points.size());
    }
    check_ledger(w.changes);
    CHECK(w.man->open().size() <= w.place.site.points.size() * 3 + 4 * 3 + 2 * 3);
  }
}
