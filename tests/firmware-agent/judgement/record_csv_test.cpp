#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {
std::string problem(const std::string& plant, const std::string& topology) {
  std::istringstream p(plant), t(topology);
  const auto read = read_plant(p, t);
  return read ? "" : read.error().message;
}
const std::string columns = "device,point,role,nominal,low_limit,high_limit,component\n";
const std::string one = "component,powered_by,linked_by\nk,,\n";
}  // namespace

TEST_CASE("a plant is read by the names of its columns, in any order, with empty limits as none") {
  std::istringstream p("role,component,high_limit,low_limit,nominal,point,device,more\nzero,k,20,-20.5,,z,d,x\r\n");
  std::istringstream t(one);
  const auto plant = read_plant(p, t);
  REQUIRE(plant.has_value());
  REQUIRE(plant->points.size() == 1);
  const auto& point = plant->points[0];
  CHECK(point.role == Role::zero);
  CHECK(point.low == -20.5);
  CHECK(point.high == 20);
  CHECK(point.nominal == 0);
  CHECK(plant->components[0].points == std::vector<std::uint16_t>{0});
}

TEST_CASE("what is wrong with a plant is said with its file and line") {
  CHECK(problem(columns + "d,p,zero,0,,,k\nd,p,zero,0,x1,,k\n", one) == "plant.csv:3: is no number: x1");
  CHECK(problem(columns + "d,p,zero,0,,inf,k\n", one) == "plant.csv:2: is no number: inf");
  CHECK(problem(columns + "d,p,zero,0,,,q\n", one) == "plant.csv:2: unknown component q");
  CHECK(problem(columns + "d,p\n", one) == "plant.csv:2: has no role");
  CHECK(problem(columns, "component,powered_by,linked_by\nk,q,\n").find("unknown component q") != std::string::npos);
  CHECK(problem(columns, "component\nk\n").find("has no powered_by") != std::string::npos);
  CHECK(problem("", "").empty());
}

TEST_CASE("a calendar gives sessions and work done, each in the order of time") {
  const Site site;
  std::istringstream in(
      "t_start,t_end,what,component,action,part\n"
      "300,400,exam,,,\n100,200,training,,,\n50,60,closed,,,\n90,90,maintenance,k1,replaced,x\n80,80,visit,,,\n");
  const auto calendar = read_calendar(in, site.plant);
  REQUIRE(calendar.has_value());
  REQUIRE(calendar->sessions.size() == 2);
  CHECK(calendar->sessions[0].start == 100);
  CHECK(calendar->sessions[1].end == 400);
  CHECK(calendar->sessions[1].exam);
  CHECK_FALSE(calendar->sessions[0].exam);
  REQUIRE(calendar->maintenance.size() == 1);
  CHECK(calendar->maintenance[0].component == site.id("k1"));
}

TEST_CASE("a calendar that speaks of a stranger is refused") {
  const Site site;
  std::istringstream in("t_start,t_end,what,component,action,part\n90,90,maintenance,zz,replaced,x\n");
  const auto calendar = read_calendar(in, site.plant);
  REQUIRE_FALSE(calendar.has_value());
  CHECK(calendar.error().message == "calendar.csv:2: unknown component zz");
}
