#include "firmware-agent/control/lookup.hpp"

#include "tests/firmware-agent/control/fake_agent.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using inspect::tests::FakeAgent;
using inspect::tests::welded_relay;

namespace {

Target found(const Site& site, std::string_view text) { return std::get<Target>(find_target(site, text)); }
control::Trouble missing(const Site& site, std::string_view text) {
  return std::get<control::Trouble>(find_target(site, text));
}

}  // namespace

TEST_CASE("a target is the site, a device or one of its points") {
  const FakeAgent agent;
  CHECK(points_of(agent.place, found(agent.place, "")).size() == 4);
  const auto device = found(agent.place, "power-1");
  CHECK(device.device == DeviceIndex{1});
  CHECK_FALSE(device.point);
  CHECK(points_of(agent.place, device) == std::vector{PointIndex{2}, PointIndex{3}});
  const auto point = found(agent.place, "power-1/output.current");
  CHECK(point.point == PointIndex{3});
  CHECK(points_of(agent.place, point) == std::vector{PointIndex{3}});
}

TEST_CASE("what is not there is named, with where to look") {
  const FakeAgent agent;
  const auto device = missing(agent.place, "power-9");
  CHECK(device.code == control::Refusal::not_found);
  CHECK(device.message.en == "there is no device \"power-9\"");
  CHECK(device.cure.en == "inspectctl devices lists the names");
  const auto point = missing(agent.place, "power-1/relay.1.state");
  CHECK(point.message.en == "there is no point \"power-1/relay.1.state\"");
  CHECK(point.cure.en == "inspectctl points power-1 lists the names");
  CHECK(missing(agent.place, "power-1/").code == control::Refusal::not_found);
  CHECK(missing(agent.place, "/output.voltage").code == control::Refusal::not_found);
}

TEST_CASE("a finding is found by its id, without its site, and without its occurrence when only one fits") {
  const FakeAgent agent;
  std::vector<Finding> findings{welded_relay(), welded_relay()};
  findings[1].id.kind = "relay.stuck";
  const auto is_first = [&](std::string_view id) {
    const auto result = find_finding(findings, agent.place, id);
    return std::holds_alternative<Finding>(result) && std::get<Finding>(result) == findings[0];
  };
  CHECK(is_first("demo/relay-1/relay.1.state/relay.welded/1"));
  CHECK(is_first("relay-1/relay.1.state/relay.welded/1"));
  CHECK(is_first("relay-1/relay.1.state/relay.welded"));
  CHECK_FALSE(is_first("relay-1/relay.1.state/relay.welded/2"));
  CHECK_FALSE(is_first("relay-1/relay.1.state"));
  CHECK_FALSE(is_first(""));
}

TEST_CASE("a shortened id that fits two findings is not guessed at") {
  const FakeAgent agent;
  std::vector<Finding> findings{welded_relay(), welded_relay()};
  findings[1].id.occurrence = 2;
  const auto result = find_finding(findings, agent.place, "relay-1/relay.1.state/relay.welded");
  REQUIRE(std::holds_alternative<control::Trouble>(result));
  CHECK(std::get<control::Trouble>(result).message.en == "\"relay-1/relay.1.state/relay.welded\" fits 2 findings");
  CHECK(std::holds_alternative<Finding>(find_finding(findings, agent.place, "relay-1/relay.1.state/relay.welded/2")));
}

TEST_CASE("news of a finding concern its point, its device, the devices of its bus, and who watches the site") {
  const FakeAgent agent;
  const auto& site = agent.place;
  const auto id = welded_relay().id;
  CHECK(concerns(site, found(site, ""), id));
  CHECK(concerns(site, found(site, "relay-1"), id));
  CHECK(concerns(site, found(site, "relay-1/relay.1.state"), id));
  CHECK_FALSE(concerns(site, found(site, "relay-1/relay.1.command"), id));
  CHECK_FALSE(concerns(site, found(site, "power-1"), id));
  const FindingId of_bus{"demo", "line-1", "", "bus.silent", 1};
  CHECK(concerns(site, found(site, "relay-1/relay.1.state"), of_bus));
  CHECK_FALSE(concerns(site, found(site, "power-1"), of_bus));
  const FindingId of_device{"demo", "relay-1", "", "device.silent", 1};
  CHECK(concerns(site, found(site, "relay-1/relay.1.state"), of_device));
}
