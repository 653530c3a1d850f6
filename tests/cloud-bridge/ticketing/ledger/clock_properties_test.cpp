#include "cloud-bridge/ticketing/ledger/decide.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <algorithm>
#include <random>
#include <tuple>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

using Random = std::mt19937;
const DispatchTable table = standard_dispatch();

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

/// All that a clock promises, and when.
using Face = std::tuple<std::uint32_t, WallTime, WallTime, std::optional<WallTime>, std::string, bool, bool>;

std::vector<Face> faces(const Ticket& ticket) {
  std::vector<Face> all;
  auto clocks = ticket.earlier;
  clocks.insert(clocks.end(), ticket.clocks.begin(), ticket.clocks.end());
  for (const auto& clock : clocks) {
    all.emplace_back(clock.round, clock.started, clock.due(), clock.stopped, clock.stopped_by, clock.warned,
                     clock.expired);
  }
  return all;
}

Action random_action(Random& random, WallTime now) {
  constexpr std::array<EventKind, 8> kinds{EventKind::acknowledged, EventKind::remote_started, EventKind::arrived,
                                           EventKind::resolved,     EventKind::paused,         EventKind::paused,
                                           EventKind::resumed,      EventKind::noted};
  Action action;
  action.kind = kinds.at(below(random, kinds.size()));
  action.by = below(random, 2) == 0 ? "李娜" : "王伟";
  action.note = "because";
  action.outcome = static_cast<Outcome>(below(random, 4));
  action.clock = static_cast<ClockKind>(below(random, 3));
  action.until = now + std::chrono::minutes(1 + below(random, 600));
  return action;
}

/// A history as the desk would write it: reports, actions that were allowed, and the marks of the clocks, in the order
/// of their times.
std::vector<Event> random_history(Random& random) {
  Ticket ticket;
  std::vector<Event> history;
  const auto add = [&](const Event& event) {
    apply(ticket, event);
    history.push_back(event);
  };
  auto now = noon;
  std::uint64_t seq = 0;
  bool active = true;
  const auto length = 5 + below(random, 30);
  for (std::size_t i = 0; i < length; ++i, now += std::chrono::seconds(below(random, 5400))) {
    for (const auto& mark : i == 0 ? std::vector<Event>{} : due_marks(ticket, now)) add(mark);
    if (i == 0 || below(random, 3) == 0) {
      Sample sample{.seq = ++seq};
      sample.event = i == 0 ? FindingEvent::opened : active ? FindingEvent::reopened : FindingEvent::returned;
      sample.active = active;
      sample.fault_class = below(random, 5) == 0 ? FaultClass::major : FaultClass::ordinary;
      active = !active;
      for (const auto& event : on_report(i == 0 ? nullptr : &ticket, sample.message(), table, now)) add(event);
      continue;
    }
    const auto events = on_action(ticket, random_action(random, now), table, now);
    if (!events) continue;
    for (const auto& event : *events) add(event);
  }
  return history;
}

/// When `limit` of running time is used up, told second by second and not by the clock's own sums.
WallTime told_by_walking(const PromiseClock& clock) {
  auto left = limit_of(clock.kind);
  auto now = clock.started;
  while (left > 0ms) {
    const auto standing = [&](const Pause& pause) { return pause.from <= now && now < pause.end(); };
    if (std::none_of(clock.pauses.begin(), clock.pauses.end(), standing)) left -= 1s;
    now += 1s;
  }
  return now;
}

}  // namespace

TEST_CASE("in 2000 random histories, events that are told twice give the same clocks") {
  std::size_t events = 0;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto history = random_history(random);
    auto doubled = std::vector<Event>();
    for (const auto& event : history) doubled.insert(doubled.end(), 1 + below(random, 3), event);
    CHECK(faces(replay(history)) == faces(replay(doubled)));
    events += history.size();
  }
  MESSAGE("histories 2000, events " << events);
}

TEST_CASE(
    "in 2000 random histories, reports in any order between two actions, and late ones again, give the same clocks") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto history = random_history(random);
    std::vector<Event> straight, wild, seen;
    for (auto from = history.begin(); from != history.end();) {
      auto to = std::find_if(from, history.end(), [](const Event& event) { return event.kind != EventKind::reported; });
      if (to == from) {
        straight.push_back(*from);
        wild.push_back(*from++);
        continue;
      }
      // One batch: all of it is written at the same moment.
      std::vector<Event> run(from, to);
      straight.insert(straight.end(), from, to);
      for (std::size_t i = 0; i < 3 && !seen.empty(); ++i) run.push_back(seen[below(random, seen.size())]);
      for (auto& event : run) event.at = from->at;
      for (auto each = straight.end() - (to - from); each != straight.end(); ++each) each->at = from->at;
      std::shuffle(run.begin(), run.end(), random);
      seen.insert(seen.end(), from, to);
      wild.insert(wild.end(), run.begin(), run.end());
      from = to;
    }
    CHECK(faces(replay(straight)) == faces(replay(wild)));
  }
}

TEST_CASE("in 2000 random histories, a restart at any moment gives the same clocks as none") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto history = random_history(random);
    Ticket running;
    const auto cut = below(random, history.size() + 1);
    for (std::size_t i = 0; i < cut; ++i) apply(running, history[i]);
    auto restarted = replay(std::span(history).first(cut));
    for (std::size_t i = cut; i < history.size(); ++i) {
      apply(running, history[i]);
      apply(restarted, history[i]);
    }
    CHECK(faces(running) == faces(restarted));
    CHECK(faces(running) == faces(replay(history)));
  }
}

TEST_CASE("in 2000 random histories, a clock is due when its time has run, found by walking through every second") {
  std::size_t paused = 0;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto ticket = replay(random_history(random));
    for (const auto& clock : ticket.clocks) {
      // A clock that was stopped in a pause is due for what was promised until then; see the test beside this one.
      if (clock.stopped || clock.kind == ClockKind::response) continue;
      CHECK(clock.due() == told_by_walking(clock));
      if (!clock.pauses.empty()) ++paused;
    }
  }
  MESSAGE("clocks with pauses " << paused);
  CHECK(paused > 200);
}

TEST_CASE("in 2000 random histories no promise is bent") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto ticket = replay(random_history(random));
    auto clocks = ticket.earlier;
    clocks.insert(clocks.end(), ticket.clocks.begin(), ticket.clocks.end());
    for (const auto& clock : clocks) {
      // A pause can only give time, the response never gets any, and nobody stops a clock before it started.
      CHECK(clock.due() >= clock.started + limit_of(clock.kind));
      if (clock.kind == ClockKind::response) CHECK(clock.due() == clock.started + limit_of(clock.kind));
      if (clock.stopped) CHECK(*clock.stopped >= clock.started);
      for (std::size_t i = 1; i < clock.pauses.size(); ++i) {
        CHECK(clock.pauses[i].from >= clock.pauses[i - 1].end());
      }
      // What is overdue now was expired in the ledger by the tick that came after it.
      if (clock.expired) CHECK(clock.warned);
    }
    CHECK(ticket.earlier.size() == 3 * (ticket.round - 1));
  }
}

TEST_CASE("marks are due once: after writing them there are none, at any moment of 1000 random histories") {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    auto ticket = replay(random_history(random));
    auto now = ticket.changed_at;
    for (int i = 0; i < 5; ++i, now += std::chrono::minutes(below(random, 400))) {
      for (const auto& mark : due_marks(ticket, now)) apply(ticket, mark);
      CHECK(due_marks(ticket, now).empty());
    }
  }
}
