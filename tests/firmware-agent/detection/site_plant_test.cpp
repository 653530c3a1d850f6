#include "firmware-agent/detection/site_plant.hpp"

#include "tests/firmware-agent/detection/judged_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using judgement::nowhere;

TEST_CASE("a device is a component, fed by its supply and read through its bus") {
  const auto site = world::judged_site();
  const auto made = plant_of(site);
  const auto psu = made.plant.component("psu-2");
  REQUIRE(psu != nowhere);
  CHECK(made.plant.components[psu].powered_by == made.plant.component("dc-24v"));
  CHECK(made.plant.components[psu].linked_by == made.plant.component("line-1"));
  CHECK(made.plant.components[psu].points.size() == 5);
  const auto volts = made.plant.point(psu, Quantity::output_voltage);
  REQUIRE(volts != nowhere);
  const auto& point = made.plant.points[volts];
  CHECK(point.device == "psu-2");
  CHECK(point.low == 11.4);
  CHECK(point.high == 12.6);
  CHECK(point.nominal == doctest::Approx(12));
  CHECK(made.place_of[at(made.point_of[volts])] == volts);
}

TEST_CASE("a rule that holds a feedback against a command makes a relay, wherever the feedback is read") {
  world::TestSite place;
  auto other = world::rule(Detector::mismatch, "relay.welded", "input.1.state", "relay.1.command");
  place.site.watches.erase(place.site.watches.begin(), place.site.watches.begin() + 2);  // relay 1's own feedback
  place.watch(other, place.input, place.command_1);
  const auto made = plant_of(place.site);
  const auto first = made.plant.component("board-1/relay.1");
  REQUIRE(first != nowhere);
  CHECK(made.plant.components[first].powered_by == made.plant.component("board-1"));
  const auto feedback = made.plant.point(first, Quantity::feedback);
  REQUIRE(feedback != nowhere);
  CHECK(made.point_of[feedback] == place.input);
  CHECK(made.place_of[at(place.state_1)] == nowhere);
  const auto second = made.plant.component("board-1/relay.2");
  CHECK(made.point_of[made.plant.point(second, Quantity::feedback)] == place.state_2);
}

TEST_CASE(
    "of several limits the inner ones count; one that holds under another condition than its switch, and a point of no "
    "quantity, do not") {
  auto site = world::judged_site();
  auto inner = world::rule(Detector::limit, "rail.low", "output.voltage");
  inner.low = 11.6;
  site.watches.push_back({inner, site.devices[0].first_point, {}});
  auto conditional = inner;
  conditional.low = 11.9;
  conditional.only_above = 1;
  site.watches.push_back({conditional, site.devices[0].first_point, PointIndex{1}});
  auto while_on = inner;
  while_on.low = 11.7;
  while_on.only_above = 0.5;
  site.watches.push_back({while_on, site.devices[0].first_point, PointIndex{3}});  // the output's own switch
  site.profiles[0].points[2].quantity = Quantity::other;
  const auto made = plant_of(site);
  const auto volts = made.place_of[at(site.devices[0].first_point)];
  CHECK(made.plant.points[volts].low == 11.7);
  CHECK(made.place_of[at(site.devices[0].first_point) + 2] == nowhere);
}

TEST_CASE("without two limits nothing is nominal; a site without quantities has no points to judge") {
  world::TestSite place;
  place.site.profiles[1].points[0].quantity = Quantity::output_voltage;
  place.site.watches.erase(place.site.watches.begin(), place.site.watches.begin() + 4);
  const auto made = plant_of(place.site);
  REQUIRE(made.plant.points.size() == 1);
  CHECK(made.plant.points[0].nominal == 0);
  CHECK(made.plant.points[0].low == 11.4);
  place.site.profiles[1].points[0].quantity = Quantity::other;
  CHECK(plant_of(place.site).plant.points.empty());
}
