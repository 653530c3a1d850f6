// What outlives a restart.
#include "firmware-agent/judgement/judge.hpp"
#include "tests/firmware-agent/judgement/played_site.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

constexpr double after_day_20 = 20;

/// Ninety days in which a supply drifts, a relay welds and a tester's zero wanders off.
PlayedSite wearing_site() {
  PlayedSite played(90);
  const auto& site = played.site;
  const auto drifting = site.point("m2", Role::output_voltage);
  const auto welded = site.point("k1", Role::feedback);
  const auto zero = site.point("t", Role::zero);
  const double start = played.start;
  played.break_it = [=](Sample& s) {
    const double days = (s.time - start) / PlayedSite::day - after_day_20;
    if (s.point == drifting && days > 0) s.value += 0.003 * days;
    if (s.point == zero && days > 0) s.value += 0.25 * days;
    if (s.point == welded && days > 30.5) s.value = 1;
    return true;
  };
  return played;
}

/// The store: only what changed is written over.
using Disk = std::map<std::string, std::string>;

void write_down(Judge& judge, Disk& disk) {
  for (auto& piece : judge.kept()) disk[piece.name] = std::move(piece.bytes);
}

std::vector<KeptPiece> read_all(const Disk& disk) {
  std::vector<KeptPiece> pieces;
  for (const auto& [name, bytes] : disk) pieces.push_back({name, bytes});
  return pieces;
}

/// The site's claims in order, killed at these times; written down whenever something changed, as the daemon does.
std::vector<Claim> claims_with_kills(const PlayedSite& played, std::set<double> kills) {
  auto judge = std::make_unique<Judge>(played.site.plant, played.calendar, played.start);
  Disk disk;
  std::vector<Claim> claims;
  std::uint64_t written = 0;
  played.play([&](const Sample& s) {
    if (!kills.empty() && s.time >= *kills.begin()) {
      kills.erase(kills.begin());
      judge = std::make_unique<Judge>(played.site.plant, played.calendar, played.start);
      CHECK(judge->restore(read_all(disk)).empty());
      written = judge->changes();
    }
    judge->take(s);
    if (judge->changes() != written || !judge->told().empty()) write_down(*judge, disk);
    written = judge->changes();
    claims.insert(claims.end(), judge->told().begin(), judge->told().end());
    judge->told().clear();
  });
  CHECK(kills.empty());
  return claims;
}

/// What a person would be told, in order, each with its day: facts, ends, and when a forecast became sure enough to
/// send somebody. How often a probability moved by two points is no news to anybody.
std::vector<std::pair<std::string, double>> heard(const std::vector<Claim>& claims, const PlayedSite& played) {
  std::vector<std::pair<std::string, double>> lines;
  std::set<std::string> sure;
  for (const auto& claim : claims) {
    const auto of = std::string(facts(claim.fault).code) + ' ' + played.site.plant.components[claim.component].name;
    const bool foretold = claim.raised && claim.forecast;
    if (foretold && (claim.forecast->probability < 0.9 || !sure.insert(of).second)) continue;
    lines.emplace_back((claim.raised ? foretold ? "sure " : "" : "end ") + of,
                       (claim.time - played.start) / PlayedSite::day);
  }
  return lines;
}

}  // namespace

TEST_CASE("killed in the middle of sessions and at night, judgement tells the same as if it had run on") {
  const auto played = wearing_site();
  const auto whole = claims_with_kills(played, {});
  REQUIRE(whole.size() > 10);
  std::set<double> kills;
  for (const double d : {3.4, 9.39, 15.6, 21.61, 33.4, 50.61, 62.2, 80.4}) {
    kills.insert(played.start + d * PlayedSite::day + 130);
  }
  const auto restarted = claims_with_kills(played, kills);
  const auto told_whole = heard(whole, played), told_restarted = heard(restarted, played);
  REQUIRE(told_whole.size() >= 4);
  REQUIRE(told_restarted.size() == told_whole.size());
  for (std::size_t i = 0; i < told_whole.size(); ++i) {
    CHECK(told_restarted[i].first == told_whole[i].first);
    // A session's median from which a few minutes are missing moves a little: a forecast may be sure a day sooner.
    CHECK(std::abs(told_restarted[i].second - told_whole[i].second) <= 1.01);
  }
}

TEST_CASE("a site that lost one device keeps what is known of the others, and says what it has no use for") {
  const auto played = wearing_site();
  Judge judge(played.site.plant, played.calendar, played.start);
  played.play([&](const Sample& s) { judge.take(s); });
  auto pieces = judge.kept();
  const auto drifting = played.site.point("m2", Role::output_voltage);
  REQUIRE(judge.trend(drifting)->series().baseline().has_value());

  Plant smaller = played.site.plant;
  for (auto& p : smaller.points) {
    if (p.device == "k1-box") p.device = "k9-box";
  }
  smaller.components[smaller.component("k1")].name = "k9";
  Judge other(smaller, played.calendar, played.start);
  const auto left_out = other.restore(pieces);
  CHECK(std::set<std::string>(left_out.begin(), left_out.end()) ==
        std::set<std::string>{"trend/k1-box/k1.operate_time", "trend/k1-box/k1.contact_resistance", "part/k1"});
  CHECK(other.trend(drifting)->series().baseline()->level == judge.trend(drifting)->series().baseline()->level);
  CHECK(other.trend(drifting)->series().days().size() == judge.trend(drifting)->series().days().size());
}

TEST_CASE("pieces that are damaged leave a new part, not a wrong one") {
  const auto played = wearing_site();
  Judge judge(played.site.plant, played.calendar, played.start);
  played.play([&](const Sample& s) { judge.take(s); });
  auto pieces = judge.kept();
  for (auto& piece : pieces) piece.bytes.resize(piece.bytes.size() / 2);
  Judge fresh(played.site.plant, played.calendar, played.start);
  const auto untouched = fresh.kept();
  CHECK(fresh.restore(pieces).size() == pieces.size());
  const auto after = fresh.kept();
  REQUIRE(after.size() == untouched.size());
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i].bytes == untouched[i].bytes);
}

TEST_CASE("a claim that was told and not kept stands again, so that it can end") {
  const PlayedSite played(20);
  Judge judge(played.site.plant, played.calendar, played.start);
  Claim claim;
  claim.time = played.start;
  claim.component = played.site.id("k1");
  claim.point = played.site.point("k1", Role::feedback);
  claim.fault = Fault::R1;
  judge.restore(claim);
  played.play([&](const Sample& s) { judge.take(s); });
  REQUIRE(judge.told().size() == 1);
  CHECK_FALSE(judge.told().front().raised);
}
