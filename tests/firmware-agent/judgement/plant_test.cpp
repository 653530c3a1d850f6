#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

TEST_CASE("roles go by their words, and a word that nobody knows is another role") {
  CHECK(role_from("command") == Role::command);
  CHECK(role_from("insulation") == Role::insulation);
  CHECK(role_from("latency") == Role::latency);
  CHECK(role_from("colour") == Role::other);
}

TEST_CASE("a relay is read through its board's link, and what has none has none") {
  const Site site;
  CHECK(site.plant.link_of(site.id("k1")) == site.id("l1"));
  CHECK(site.plant.link_of(site.id("m3")) == site.id("l3"));
  CHECK(site.plant.link_of(site.id("h1")) == nowhere);
  CHECK(site.plant.link_of(nowhere) == nowhere);
}

TEST_CASE("supplies that go in a circle end the search") {
  Plant plant;
  plant.components = {{"a", 1, nowhere, {}}, {"b", 0, nowhere, {}}};
  CHECK(plant.link_of(0) == nowhere);
}

TEST_CASE("points are found by component and role") {
  const Site site;
  CHECK(site.plant.points[site.point("t", Role::zero)].name == "t.zero");
  CHECK(site.point("t", Role::command) == nowhere);
  CHECK(site.plant.component("nobody") == nowhere);
}
