#include "firmware-agent/detection/foresight.hpp"

#include "tests/firmware-agent/detection/allocation_count.hpp"
#include "tests/firmware-agent/detection/judged_site.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

constexpr double drift_begins = 20;

/// The first supply's voltage falls by 15 mV a day: it is at its limit of 11.4 V after forty days.
void drift(JudgedSite& world) {
  world.reads = [&world](std::size_t device, std::size_t what, double sound) {
    const bool meant = device == 0 && what == JudgedSite::volts;
    return meant ? sound - 0.015 * std::max(0.0, world.days() - drift_begins) : sound;
  };
}

bool has(const std::vector<std::string>& story, const std::string& line) {
  return std::find(story.begin(), story.end(), line) != story.end();
}

const Finding& last_of(const JudgedSite& world, const std::string& kind) {
  for (auto i = world.changes.size(); i-- > 0;) {
    if (world.changes[i].finding.id.kind == kind) return world.changes[i].finding;
  }
  FAIL("nothing was told of " << kind);
  return world.changes.front().finding;
}

}  // namespace

TEST_CASE("forty sound days tell nothing") {
  JudgedSite world;
  world.live(40);
  CHECK(world.story().empty());
  CHECK(world.man->foresight().trend(world.point(0, JudgedSite::volts))->learned() == 1);
}

TEST_CASE("a supply that drifts is foretold with a date before any limit, and its limit's finding holds that back") {
  JudgedSite world;
  drift(world);
  while (world.changes.empty() && world.days() < 60) world.minute();
  REQUIRE(world.story() == std::vector<std::string>{"opened psu-1/output.voltage/rail.drift"});
  CHECK(world.days() < 55);
  const auto& told = world.changes.front().finding;
  CHECK(told.fault_class == FaultClass::preventive);
  CHECK(told.analysis.part == "LM2596S module");
  CHECK(told.analysis.what.en.find("leaving its usual 12.0") != std::string::npos);
  CHECK(told.analysis.what.en.find("11.4 V") != std::string::npos);
  CHECK(told.analysis.what.zh.find("概率") != std::string::npos);
  CHECK(told.analysis.evidence.size() >= 8);

  world.live(65 - world.days());
  const auto story = world.story();
  CHECK(has(story, "opened psu-1/output.voltage/rail.low"));
  CHECK(last_of(world, "rail.drift").state == AlarmState::suppressed);
  // One cause: two findings were never both waiting for somebody.
  CHECK(std::count(story.begin(), story.end(), "opened psu-1/output.voltage/rail.drift") == 1);
}

TEST_CASE("what a watched point is foretold after its limit opened is no second finding") {
  JudgedSite world;
  drift(world);
  // The limit lies where the drift cannot be foretold before it is reached.
  for (auto& watch : world.site.watches) {
    if (watch.rule.kind == "rail.low") watch.rule.low = 11.97;
  }
  world.start();
  world.live(50);
  for (const auto& line : world.story()) CHECK(line.find("rail.drift") == std::string::npos);
}

TEST_CASE("a new part ends what was foretold, and is learned anew") {
  JudgedSite world;
  drift(world);
  while (world.changes.empty() && world.days() < 60) world.minute();
  REQUIRE(world.changes.size() == 1);
  world.reads = [](std::size_t, std::size_t, double sound) { return sound; };
  std::vector<FindingChange> ended;
  world.man->foresight().replaced(DeviceIndex{0}, std::nullopt, moment(world.clock), ended);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].event == FindingEvent::returned);
  const auto* trend = world.man->foresight().trend(world.point(0, JudgedSite::volts));
  CHECK(trend->learned() == 0);
  CHECK(world.man->foresight().trend(world.point(1, JudgedSite::volts))->learned() == 1);
  world.live(20);
  CHECK(world.story().front() == "opened psu-1/output.voltage/rail.drift");
  for (std::size_t i = 1; i < world.changes.size(); ++i) CHECK(world.changes[i].event != FindingEvent::opened);
  CHECK(trend->learned() == 1);
}

TEST_CASE("a part that was named by its point is that part alone; a point that is judged by nothing names none") {
  auto site = judged_site();
  auto unjudged = site.profiles[0];
  unjudged.points[2].quantity = Quantity::other;
  site.profiles.push_back(unjudged);
  site.devices[1].profile = 1;
  JudgedSite world(std::move(site));
  world.live(25);
  auto& foresight = world.man->foresight();
  const auto learned = [&](std::size_t device) {
    return foresight.trend(world.point(device, JudgedSite::volts))->learned();
  };
  std::vector<FindingChange> changes;
  foresight.replaced(DeviceIndex{1}, world.point(1, JudgedSite::input), moment(world.clock), changes);
  CHECK(learned(1) == 1);
  foresight.replaced(DeviceIndex{1}, world.point(1, JudgedSite::volts), moment(world.clock), changes);
  CHECK(learned(1) == 0);
  CHECK(learned(0) == 1);
  CHECK(changes.empty());
}

TEST_CASE("another set-point is another baseline and no drift; a supply that was switched off is not dead") {
  JudgedSite world;
  world.reads = [&](std::size_t device, std::size_t what, double sound) {
    if (device != 0 || world.days() < 20) return sound;
    const bool off = world.days() > 25 && world.days() < 26;
    if (what == JudgedSite::on) return off ? 0.0 : 1.0;
    if (what == JudgedSite::set) return 12.3;
    if (what == JudgedSite::volts) return sound + 0.3;
    return off && what == JudgedSite::amps ? 0.0 : sound;
  };
  world.live(20.1);
  const auto& anew = world.man->foresight().judge().rebaselined();
  REQUIRE(anew.size() == 1);
  CHECK(anew[0].from == 12);
  CHECK(anew[0].to == 12.3);
  CHECK(world.man->foresight().trend(world.point(0, JudgedSite::volts))->learned() < 0.1);
  world.live(25);
  CHECK(world.story().empty());
}

TEST_CASE("a dead output with its input standing names the module, in the finding of its limit") {
  JudgedSite world;
  world.live(1);
  world.reads = [](std::size_t device, std::size_t what, double sound) {
    return device == 0 && (what == JudgedSite::volts || what == JudgedSite::amps) ? 0.01 : sound;
  };
  world.live(0.05);
  const auto open = world.man->open();
  REQUIRE(open.size() == 1);
  CHECK(open[0].id.kind == "rail.low");
  CHECK(open[0].analysis.part == "LM2596S module");
  CHECK(open[0].analysis.what.en.find("several operations, tests or hours") != std::string::npos);
}

TEST_CASE("a feed that fails is one finding: what hangs behind it is held back, and returns with it") {
  JudgedSite world;
  world.live(1);
  const auto blown = [](std::size_t device, std::size_t what, double sound) {
    return device < 2 && what <= JudgedSite::input ? 0.01 : sound;
  };
  world.reads = blown;
  world.live(0.1);
  auto open = world.man->open();
  const auto waiting = [&] {
    std::vector<std::string> ids;
    for (const auto& finding : open) {
      if (finding.state != AlarmState::suppressed) ids.push_back(finding.id.device + "/" + finding.id.kind);
    }
    return ids;
  };
  CHECK(waiting() == std::vector<std::string>{"dc-24v/fuse.blown"});
  CHECK(last_of(world, "fuse.blown").analysis.held_back.size() >= 2);
  const auto before = world.changes.size();
  world.live(0.5);
  CHECK(world.changes.size() == before);

  world.reads = [](std::size_t, std::size_t, double sound) { return sound; };
  world.live(0.1);
  open = world.man->open();
  for (const auto& finding : open) CHECK_FALSE(finding.active);
}

TEST_CASE("killed and started again, the watchman tells of a drift what it would have told, and nothing twice") {
  JudgedSite whole;
  drift(whole);
  whole.live(65);
  JudgedSite killed;
  drift(killed);
  for (const double at : {9.3, 18.7, 33.2, 48.9, 61.4}) {
    killed.live(at - killed.days());
    const auto pieces = killed.man->foresight().judge().kept();
    killed.live(0.02);  // this is lost
    auto open = killed.man->open();
    killed.start();
    killed.man->restore(std::move(open), killed.given);
    CHECK(killed.man->restore(pieces).empty());
  }
  killed.live(65 - killed.days());
  CHECK(killed.story() == whole.story());
}

TEST_CASE("what a supply was told to give is known after a restart too, where no limit says it") {
  JudgedSite world;
  world.site.watches.clear();
  world.start();
  world.live(0.1);
  const auto pieces = world.man->foresight().judge().kept();
  world.start();
  CHECK(world.man->restore(pieces).empty());
  world.reads = [](std::size_t device, std::size_t what, double sound) {
    return device == 1 && what == JudgedSite::volts ? 0.01 : sound;
  };
  world.live(0.02);
  REQUIRE(world.story() == std::vector<std::string>{"opened psu-2/output.voltage/rail.dead"});
  world.reads = [](std::size_t, std::size_t, double sound) { return sound; };
  world.live(0.02);
  CHECK(world.changes.back().event == FindingEvent::returned);
}

TEST_CASE("a record of the same readings, replayed, is the agent's own judgement to the byte") {
  JudgedSite world;
  drift(world);
  const auto made = plant_of(world.site);
  const auto calendar = calendar_of(world.site);
  judgement::Judge replayed(made.plant, calendar, record_start);
  const auto plain = world.reads;
  world.reads = [&](std::size_t device, std::size_t what, double sound) {
    const double value = plain(device, what, sound);
    const auto wall = moment(world.clock).wall.time_since_epoch();
    const double seconds = std::chrono::duration<double>(wall).count();
    replayed.take({seconds, value, made.place_of[at(world.point(device, what))], Reason::none});
    return value;
  };
  world.live(55);
  auto& live = world.man->foresight().judge();
  const double now = std::chrono::duration<double>(moment(world.clock).wall.time_since_epoch()).count();
  replayed.tick(now);
  const auto one = live.kept(), other = replayed.kept();
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].name == other[i].name);
    CHECK(one[i].bytes == other[i].bytes);
  }
  CHECK_FALSE(live.book().standing().empty());
}

TEST_CASE("a finding of judgement whose claim was not written down can still end") {
  JudgedSite world;
  drift(world);
  while (world.changes.empty() && world.days() < 60) world.minute();
  auto open = world.man->open();
  REQUIRE(open.size() == 1);
  world.start();
  world.man->restore(std::move(open), world.given);
  world.man->restore(std::vector<judgement::KeptPiece>{});
  world.reads = [](std::size_t, std::size_t, double sound) { return sound; };
  world.live(16);
  CHECK(world.changes.back().event == FindingEvent::returned);
}

TEST_CASE("a reading whose date nobody can believe is not judged") {
  JudgedSite world;
  auto now = moment(1h);
  now.trust = ClockTrust::none;
  now.wall = WallTime{};
  Verdict verdict;
  for (int i = 0; i < 100; ++i) {
    const std::array readings{good(world.point(0, JudgedSite::volts), 0.01, now),
                              good(world.point(0, JudgedSite::input), 24, now)};
    world.man->foresight().take(readings, now, verdict.changes);
  }
  CHECK(verdict.changes.empty());
  CHECK(world.man->foresight().judge().book().standing().empty());
}

TEST_CASE("every fault of the model has a kind, of the same class or a sharper one") {
  JudgedSite world;
  for (std::size_t f = 0; f < judgement::fault_count; ++f) {
    const auto fault = static_cast<judgement::Fault>(f);
    const auto* kind = world.man->foresight().kind_of(fault);
    REQUIRE(kind != nullptr);
    CHECK(kind->code == judgement::facts(fault).code);
  }
  CHECK(world.man->foresight().kind_of(judgement::Fault::P1)->key == "rail.drift");
}

TEST_CASE("exams are the known sessions, the rest is judged by the hour") {
  auto site = judged_site();
  const WallTime day{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
  site.exams = {{day + 30h, day + 34h}, {day, day + 4h}};
  const auto calendar = calendar_of(site);
  CHECK(calendar.hourly);
  REQUIRE(calendar.sessions.size() == 2);
  CHECK(calendar.sessions[0].end - calendar.sessions[0].start == 4 * 3600);
  CHECK(calendar.sessions[0].exam);
}

TEST_CASE("readings that are judged by wear allocate nothing, over the end of hours and days too") {
  JudgedSite world;
  world.live(0.1);
  const auto now = moment(world.clock);
  std::vector<Reading> readings;
  for (std::size_t d = 0; d < 3; ++d) {
    readings.push_back(good(world.point(d, JudgedSite::volts), 12.01, now));
    readings.push_back(good(world.point(d, JudgedSite::amps), 1, now));
    readings.push_back(good(world.point(d, JudgedSite::input), 24, now));
  }
  auto& foresight = world.man->foresight();
  std::vector<FindingChange> changes;
  const auto before = allocation_count();
  for (int minute = 1; minute <= 3 * 24 * 60; ++minute) {
    const auto then = moment(world.clock + minute * 60s);
    for (auto& reading : readings) reading.measured_at = then;
    foresight.take(readings, then, changes);
    foresight.tick(then, changes);
  }
  CHECK(allocation_count() == before);
}
