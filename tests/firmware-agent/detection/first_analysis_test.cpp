#include "firmware-agent/detection/first_analysis.hpp"

#include "firmware-agent/detection/wording.hpp"
#include "tests/firmware-agent/detection/world.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <string>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::agent::world;

namespace {

constexpr std::size_t welded_1 = 0, no_pull_in_1 = 1, rail_low = 4;

}  // namespace

TEST_CASE("the catalogue's part of an analysis is taken over whole") {
  const auto& kind = *shipped_catalogue().kind("relay.welded");
  Observation seen;
  seen.what = {"什么", "what"};
  const auto analysis = compose(shipped_catalogue(), "relay.welded", {"哪里", "where"}, seen);
  CHECK(analysis.title == kind.title);
  CHECK(analysis.what == seen.what);
  CHECK(analysis.where == Text{"哪里", "where"});
  CHECK(analysis.confidence == kind.confidence);
  CHECK(analysis.part == "SRD-05VDC-SL-C");
  CHECK(analysis.part_name == shipped_catalogue().part("SRD-05VDC-SL-C")->name);
  CHECK(analysis.department == "relay-electronics");
  CHECK(analysis.urgency == kind.urgency);
  CHECK(analysis.checks == kind.checks);
}

TEST_CASE("a model's own part and the detector's own checks come first") {
  Observation seen;
  seen.part = "relay board";
  seen.certainty = 0.5;
  seen.checks = {{"先", "first"}};
  const auto analysis = compose(shipped_catalogue(), "relay.welded", {}, seen);
  CHECK(analysis.part == "relay board");
  CHECK(analysis.part_name.en == "Relay board, complete");
  CHECK(analysis.confidence == 0.48);
  CHECK(analysis.checks.front().en == "first");
  CHECK(analysis.checks.size() == shipped_catalogue().kind("relay.welded")->checks.size() + 1);
}

TEST_CASE("a confidence is told to the hundredth, whatever lowers it") {
  for (const double certainty : {1.0, 0.999999, 0.7, 0.6, 1.0 / 3}) {
    Observation seen;
    seen.certainty = certainty;
    const auto confidence = compose(shipped_catalogue(), "bus.noise", {}, seen).confidence;
    CAPTURE(confidence);
    CHECK(confidence == std::stod(fmt::format("{:.2f}", confidence)));
    CHECK(confidence == doctest::Approx(shipped_catalogue().kind("bus.noise")->confidence * certainty).epsilon(0.02));
  }
}

TEST_CASE("what will show that a fault is mended is the last of the checks") {
  Observation seen;
  seen.end = {"末", "last"};
  const auto analysis = compose(shipped_catalogue(), "relay.welded", {}, seen);
  CHECK(analysis.checks.back().en == "last");
  CHECK(analysis.checks.size() == shipped_catalogue().kind("relay.welded")->checks.size() + 1);
}

TEST_CASE("a kind the catalogue does not have is told by its key") {
  const auto analysis = compose(shipped_catalogue(), "relay.haunted", {}, {});
  CHECK(analysis.title.en == "relay.haunted");
  CHECK(analysis.title.zh == "relay.haunted");
}

TEST_CASE("a place is named in the site's own words") {
  const TestSite place;
  CHECK(inspect::agent::place(place.site, place.voltage).en == "Demo site, Supply, Output voltage");
  CHECK(inspect::agent::place(place.site, place.board).zh == "示范考核点，继电器板（1号总线）");
  CHECK(inspect::agent::place(place.site, place.tcp).en == "Demo site, Network");
}

TEST_CASE("a limit's evidence is its reading with the limit, then what else was read on the device") {
  const TestSite place;
  PointJudge judge(place.site);
  judge.note(good(place.voltage, 10.5, moment(1s)));
  judge.note(good(place.current, 2.9, moment(1s)));
  judge.note(bad(place.temperature, Reason::refused, moment(1s)));
  const auto seen = observe(place.site, judge, rail_low, moment(0s));
  REQUIRE(seen.evidence.size() == 3);
  CHECK(seen.evidence[0].point == "output.voltage");
  CHECK(seen.evidence[0].value == 10.5);
  CHECK(seen.evidence[0].unit == "V");
  CHECK(seen.evidence[0].at == moment(1s).wall);
  CHECK(seen.evidence[0].note.en == "low limit 11.4 V");
  CHECK(seen.evidence[1].point == "output.current");
  CHECK(seen.evidence[2].point == "temperature");
  CHECK(seen.evidence[2].quality == Quality::bad);
}

TEST_CASE("points that were never read are no evidence") {
  const TestSite place;
  PointJudge judge(place.site);
  judge.note(good(place.voltage, 10.5, moment(1s)));
  CHECK(observe(place.site, judge, rail_low, moment(0s)).evidence.size() == 1);
}

TEST_CASE("a mismatch rests on the feedback and the command, each with its note") {
  const TestSite place;
  PointJudge judge(place.site);
  judge.note(good(place.command_1, 0, moment(1s)));
  judge.note(good(place.state_1, 1, moment(1s)));
  const auto seen = observe(place.site, judge, welded_1, moment(0s));
  REQUIRE(seen.evidence.size() == 2);
  CHECK(seen.evidence[0].point == "relay.1.state");
  CHECK(seen.evidence[0].note.en == "commanded off");
  CHECK(seen.evidence[1].point == "relay.1.command");
  CHECK(seen.certainty == 1);
  // It is judged only while the relay is ordered off: that order shows its end, whatever is ordered now.
  CHECK(seen.end == say_mismatch_end(place.site.spec(place.state_1), place.site.spec(place.command_1), false));
}

TEST_CASE("a mismatch that is judged both ways, and a limit, show their end by themselves") {
  TestSite place;
  place.site.watches[no_pull_in_1].rule.when.reset();
  PointJudge judge(place.site);
  judge.note(good(place.command_1, 1, moment(1s)));
  judge.note(good(place.state_1, 0, moment(1s)));
  judge.note(good(place.voltage, 10.5, moment(1s)));
  CHECK(observe(place.site, judge, no_pull_in_1, moment(0s)).end == Text{});
  CHECK(observe(place.site, judge, rail_low, moment(0s)).end == Text{});
}

TEST_CASE("several relays of one board with the same fault point to what they share") {
  const TestSite place;
  PointJudge judge(place.site);
  PointSteps steps;
  for (auto t = 0s; t < 3s; t += 1s) {
    const std::vector<Reading> block{good(place.command_1, 1, moment(t)), good(place.state_1, 0, moment(t)),
                                     good(place.command_2, 1, moment(t)), good(place.state_2, 0, moment(t))};
    for (const auto& reading : block) judge.note(reading);
    for (const auto& reading : block) judge.judge(reading, moment(t).boot, steps);
  }
  REQUIRE(judge.open(no_pull_in_1));
  const auto seen = observe(place.site, judge, no_pull_in_1, moment(0s));
  CHECK(seen.certainty < 1);
  REQUIRE(seen.checks.size() == 1);
  CHECK(seen.checks[0].en.find("1 more of this device") != std::string::npos);
}

TEST_CASE("evidence is bounded however large the device is") {
  TestSite place;
  auto& profile = place.site.profiles[place.site.devices[at(place.inputs)].profile];
  const auto extra = profile.points.front();
  for (std::size_t i = 1; i < 200; ++i) {
    profile.points.push_back(extra);
    profile.points.back().name = "input." + std::to_string(i + 1) + ".state";
    place.site.points.push_back({place.inputs, i});
  }
  place.site.devices[at(place.inputs)].point_count = 200;
  auto rule = world::rule(Detector::limit, "value.implausible", "input.1.state");
  rule.high = 1;
  place.watch(rule, place.input);
  PointJudge judge(place.site);
  for (std::size_t i = 0; i < 200; ++i) judge.note(good(PointIndex(at(place.input) + i), 2, moment(0s)));
  const auto seen = observe(place.site, judge, place.site.watches.size() - 1, moment(0s));
  CHECK(seen.evidence.size() == 7);

  Observation much;
  much.evidence.resize(100);
  CHECK(compose(shipped_catalogue(), "rail.low", {}, much).evidence.size() == most_evidence);
}

TEST_CASE("a link's evidence is every device of the bus, with what it left unanswered") {
  const TestSite place;
  LinkWatch links(place.site);
  LinkSteps out;
  const auto ask = [&](DeviceIndex device, std::optional<Errc> failure, std::chrono::seconds t) {
    links.take({device, place.line, moment(t), failure, DeviceHealth::unknown}, out);
  };
  ask(place.power, std::nullopt, 1s);
  ask(place.board, Errc::timeout, 2s);
  for (const auto t : {3s, 5s, 7s}) {
    ask(place.board, Errc::timeout, t);
    ask(place.power, std::nullopt, t + 1s);
  }
  REQUIRE(out.steps.size() == 1);
  const auto seen = observe_link(place.site, links, out.steps.front());
  REQUIRE(seen.evidence.size() == 3);
  CHECK(seen.evidence[0].device == "board-1");
  CHECK(seen.evidence[0].value == 4);
  CHECK(seen.evidence[1].value == 0);
  CHECK(seen.evidence[1].at == moment(8s).wall);
  CHECK(seen.evidence[2].note.en.find("never answered") != std::string::npos);
  CHECK(seen.certainty == 1);
}
