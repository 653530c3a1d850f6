#include "tests/firmware-agent/control/ask.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::control;
using namespace inspect::tests;

namespace {

struct WearDesk {
  RunningServer server;
  RawClient client{server.path()};
};

}  // namespace

TEST_CASE("a trend travels whole: days, limits, forecast") {
  WearDesk w;
  const auto trend = ask<TrendRow>(w.client, AskTrend{"power-1/output.voltage"});
  CHECK(trend.unit == "V");
  CHECK(trend.low == 11.4);
  CHECK(trend.days.size() == 40);
  REQUIRE(trend.forecast.has_value());
  CHECK(trend.forecast->probability == 0.93);
}

TEST_CASE("a device alone, a point that is unknown and one that is not judged so are refused, each as what it is") {
  WearDesk w;
  CHECK(ask_in_vain(w.client, AskTrend{"power-1"}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, AskTrend{"power-1/output.nothing"}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, AskTrend{"relay-1/relay.1.state"}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, AskTrend{""}).code == Refusal::invalid);
}

TEST_CASE("forecasts come with how good their kind was; as many as were asked for") {
  WearDesk w;
  const auto list = ask<ForecastList>(w.client, AskForecasts{2});
  CHECK(list.forecasts.size() == 2);
  CHECK(list.forecasts[0].kind == "rail.drift");
  REQUIRE(list.skills.size() == 1);
  CHECK_FALSE(list.skills[0].trusted);
  CHECK(list.skills[0].experts_off == std::vector<std::string>{"root"});
  CHECK(ask_in_vain(w.client, AskForecasts{0}).code == Refusal::invalid);
}

TEST_CASE("a replaced part is noted of a device or of a point, with who said so") {
  WearDesk w;
  const auto whole = ask<PartRow>(w.client, NotePart{"power-1", "LM2596S", "zhang"});
  CHECK(whole.device == "power-1");
  CHECK(whole.point.empty());
  CHECK(whole.part == "LM2596S");
  CHECK(whole.by.find("zhang") != std::string::npos);
  CHECK(ask<PartRow>(w.client, NotePart{"power-1/output.voltage", "", ""}).point == "output.voltage");
  CHECK(ask_in_vain(w.client, NotePart{"power-9", "", ""}).code == Refusal::not_found);
  CHECK(ask_in_vain(w.client, NotePart{"power-1", std::string(65, 'x'), ""}).code == Refusal::invalid);
  CHECK(ask_in_vain(w.client, NotePart{"power-1", "a\nb", ""}).code == Refusal::invalid);
}

TEST_CASE("status and devices say how far commissioning is") {
  WearDesk w;
  CHECK(ask<Status>(w.client, AskStatus{}).learning == LearningTally{});
  w.server.on_loop([](FakeAgent& agent) { agent.learned_share = 0.5; });
  const auto status = ask<Status>(w.client, AskStatus{});
  CHECK(status.learning.learned == 0);
  CHECK(status.learning.learning == 1);
  CHECK(status.learning.slowest == 0.5);
  const auto devices = ask<std::vector<DeviceRow>>(w.client, AskDevices{});
  CHECK(std::count_if(devices.begin(), devices.end(), [](const auto& d) { return d.learned == 0.5; }) == 1);
  CHECK(std::count_if(devices.begin(), devices.end(), [](const auto& d) { return !d.learned; }) == 1);
}
