#include "firmware-agent/judgement/judge.hpp"
#include "tests/firmware-agent/detection/allocation_count.hpp"
#include "tests/firmware-agent/judgement/played_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

/// "R1 k1" of the claims that were raised, forecasts left out unless sure.
std::string judged(const PlayedSite& played) {
  Judge judge(played.site.plant, played.calendar, played.start);
  played.play([&](const Sample& s) { judge.take(s); });
  std::string text;
  for (const auto& claim : judge.told()) {
    if (!claim.raised || (claim.forecast && claim.forecast->probability < 0.9)) continue;
    if (!text.empty()) text += ", ";
    text += std::string(facts(claim.fault).code) + ' ' + played.site.plant.components[claim.component].name;
  }
  return text;
}

}  // namespace

TEST_CASE("forty sound days raise nothing") { CHECK(judged(PlayedSite(40)).empty()); }

TEST_CASE("each trouble is told once, of the part that has it") {
  struct Case {
    const char* component;
    Role role;
    double value;
    const char* verdict;
  };
  const std::array cases{
      Case{"k1", Role::feedback, 1, "R1 k1"},          Case{"k2", Role::feedback, 0, "R2 k2"},
      Case{"m3", Role::output_voltage, 0.02, "P6 m3"}, Case{"m2", Role::input_voltage, 0.02, "D2 m2"},
      Case{"k1", Role::operate_time, 11, "R5 k1"},     Case{"t", Role::zero, 25, "T1 t"}};
  for (const auto& c : cases) {
    PlayedSite played(25);
    const auto point = played.site.point(c.component, c.role);
    const double from = played.start + 20 * PlayedSite::day;
    played.break_it = [=](Sample& s) {
      if (s.point == point && s.time > from) s.value = c.value;
      return true;
    };
    CAPTURE(c.verdict);
    CHECK(judged(played) == c.verdict);
  }
}

TEST_CASE("one channel that tells the impossible is its wire") {
  PlayedSite played(3);
  const auto point = played.site.point("m1", Role::temperature);
  played.break_it = [=](Sample& s) {
    if (s.point == point) s.reason = Reason::implausible;
    return true;
  };
  CHECK(judged(played) == "W1 m1");
}

TEST_CASE("a fuse explains its modules and the board behind them") {
  PlayedSite played(22);
  const auto& site = played.site;
  const double from = played.start + 20 * PlayedSite::day;
  played.break_it = [&](Sample& s) {
    if (s.time < from) return true;
    const auto component = site.plant.points[s.point].component;
    const auto role = site.plant.points[s.point].role;
    if (component == site.id("m1") || component == site.id("m2")) {
      if (role != Role::temperature) s.value = 0.02;
    } else if (component == site.id("k1") || component == site.id("k2")) {
      s.reason = Reason::no_answer;
    }
    return true;
  };
  CHECK(judged(played) == "F1 f1");
}

TEST_CASE("readings lost, doubled, late, or dated by a clock that steps raise nothing") {
  PlayedSite played(20);
  int n = 0;
  played.break_it = [&](Sample& s) {
    ++n;
    const double hour = s.time - played.start - 10 * PlayedSite::day - 9 * 3600;
    if (hour > 0 && hour < 1800) s.time -= 290;
    return n % 211 != 0;
  };
  Judge judge(played.site.plant, played.calendar, played.start);
  std::vector<Sample> late;
  played.play([&](const Sample& s) {
    judge.take(s);
    if (n % 97 == 0) judge.take(s);
    if (n % 101 == 0) late.push_back(s);
    if (n % 101 == 40 && !late.empty()) judge.take(late.back());
  });
  CHECK(judge.told().empty());
}

TEST_CASE("work that was written down ends the claim and begins the part anew") {
  PlayedSite played(30);
  const auto point = played.site.point("k1", Role::feedback);
  const double from = played.start + 20 * PlayedSite::day, to = from + PlayedSite::day;
  played.break_it = [=](Sample& s) {
    if (s.point == point && s.time > from && s.time < to) s.value = 1;
    return true;
  };
  played.calendar.maintenance.push_back({to, played.site.id("k1")});
  Judge judge(played.site.plant, played.calendar, played.start);
  played.play([&](const Sample& s) { judge.take(s); });
  REQUIRE(judge.told().size() == 2);
  CHECK(judge.told()[0].raised);
  CHECK_FALSE(judge.told()[1].raised);
  CHECK(judge.told()[1].time == to);
}

TEST_CASE("a reading of a point that the plant does not have is left out") {
  PlayedSite played(1);
  Judge judge(played.site.plant, played.calendar, played.start);
  judge.take({played.start + 1, 0, 60'000, Reason::none});
  CHECK(judge.told().empty());
}

TEST_CASE("after the start a reading allocates nothing, sound or not") {
  PlayedSite played(20);
  const auto welded = played.site.point("k1", Role::feedback);
  played.break_it = [=](Sample& s) {
    if (s.point == welded) s.value = 1;
    return true;
  };
  std::vector<Sample> samples;
  played.play([&](const Sample& s) { samples.push_back(s); });
  Judge judge(played.site.plant, played.calendar, played.start);
  const auto before = allocation_count();
  for (const auto& s : samples) judge.take(s);
  CHECK(allocation_count() == before);
  CHECK_FALSE(judge.told().empty());
}

TEST_CASE("what is kept of a point takes at most four kibibytes") {
  // A point's own state is the judge's few words and, if it wears, its trend; a component's rules serve its points.
  CHECK(sizeof(TrendRules) + sizeof(RelayRules) + 128 <= 4096);
  CHECK(sizeof(TrendRules) + sizeof(TesterRules) + 128 <= 4096);
}

TEST_CASE("without known sessions hours do: what wears is foretold all the same, and sound days are quiet") {
  PlayedSite played(75);
  const auto point = played.site.point("m2", Role::output_voltage);
  const auto calendar = Calendar{{}, {}, true};
  for (const double slope : {0.0, 0.004}) {
    played.break_it = [&](Sample& s) {
      if (s.point == point) s.value += slope * std::max(0.0, (s.time - played.start) / PlayedSite::day - 30);
      return true;
    };
    Judge judge(played.site.plant, calendar, played.start);
    double sure = 0;
    played.play([&](const Sample& s) { judge.take(s); });
    for (const auto& claim : judge.told()) {
      if (claim.forecast) sure = std::max(sure, claim.forecast->probability);
    }
    CHECK((sure >= 0.9) == (slope > 0));
    CHECK(judge.trend(played.site.point("k1", Role::operate_time))->learned() == 1);
    CHECK(judge.trend(played.site.point("k1", Role::feedback)) == nullptr);
  }
}

TEST_CASE("a clock that was years ahead and is right again delays nothing") {
  PlayedSite played(30);
  const auto welded = played.site.point("k1", Role::feedback);
  played.break_it = [&](Sample& s) {
    if (s.point == welded && s.time > played.start + 20 * PlayedSite::day) s.value = 1;
    return true;
  };
  Judge judge(played.site.plant, played.calendar, played.start);
  judge.take({played.start + 4000 * PlayedSite::day, 18, played.site.point("m1", Role::input_voltage), Reason::none});
  played.play([&](const Sample& s) { judge.take(s); });
  bool told = false;
  for (const auto& claim : judge.told()) told = told || (claim.raised && claim.fault == Fault::R1);
  CHECK(told);
  CHECK(judge.trend(played.site.point("k2", Role::operate_time))->series().days().size() > 20);
}

TEST_CASE("a replaced part is learned anew, and what was foretold of it is moot") {
  PlayedSite played(60);
  const auto point = played.site.point("m2", Role::output_voltage);
  played.break_it = [&](Sample& s) {
    if (s.point == point) s.value += 0.004 * std::max(0.0, (s.time - played.start) / PlayedSite::day - 20);
    return true;
  };
  Judge judge(played.site.plant, played.calendar, played.start);
  played.play([&](const Sample& s) { judge.take(s); });
  REQUIRE_FALSE(judge.ledger().open().empty());
  judge.ledger().news.clear();
  judge.told().clear();
  judge.replaced(played.start + 60 * PlayedSite::day, played.site.id("m2"));
  CHECK(judge.ledger().open().empty());
  REQUIRE_FALSE(judge.ledger().news.empty());
  CHECK(judge.ledger().news.back().outcome == Outcome::moot);
  CHECK(judge.trend(point)->learned() == 0);
  CHECK_FALSE(judge.told().empty());
  CHECK_FALSE(judge.told().front().raised);
}
