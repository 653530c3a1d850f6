#include "drivers/simulator/messages_json.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace inspect;
using nlohmann::json;
using tests::at_ms;

TEST_CASE("a status carries lines, devices, faults and every point's value") {
  auto site = tests::make_site();
  sim::execute(site, "break relay-1 welded relay.3", at_ms(0));
  const auto status = json::parse(sim::to_json(sim::execute(site, "status", at_ms(1))));
  CHECK(status["ok"] == true);
  CHECK(status["exam"] == false);
  REQUIRE(status["devices"].size() == 3);
  CHECK(status["devices"][0]["faults"] == json{"welded relay.3"});
  CHECK(status["devices"][0]["points"]["relay.3.state"]["value"] == 1);
  CHECK(status["devices"][1]["points"]["output.voltage"]["unit"] == "V");
  CHECK(status["lines"][0]["kind"] == "rtu");
  CHECK(status["lines"][1]["kind"] == "tcp");
  CHECK(status["lines"][0]["state"] == "whole");
}

TEST_CASE("every message is one line, whatever a stranger sends") {
  auto site = tests::make_site();
  const auto line = sim::to_json(sim::execute(site, "smash\x01 \"\xff\xfe{", at_ms(0)));
  CHECK(line.find('\n') == std::string::npos);
  CHECK(json::parse(line)["ok"] == false);
  CHECK(sim::to_json(sim::execute(site, "help", at_ms(0))).find('\n') == std::string::npos);
}

TEST_CASE("the line that says ready names what a test must know") {
  auto setup = tests::small_site();
  setup.lines[0].pty = "/run/x/rs485-1";
  setup.lines[1].port = 1502;
  const auto ready = json::parse(sim::ready_json(tests::make_site(setup), "/run/x/sim"));
  CHECK(ready["ready"] == true);
  CHECK(ready["socket"] == "/run/x/sim");
  CHECK(ready["lines"][0]["pty"] == "/run/x/rs485-1");
  CHECK(ready["lines"][1]["port"] == 1502);
  CHECK(ready["devices"] == 3);
}

TEST_CASE("a client hears answers and events, and knows what is neither") {
  const auto answer = sim::heard(R"({"ok":false,"text":"no"})");
  REQUIRE(answer);
  CHECK_FALSE(answer->ok);
  CHECK(answer->text == "no");
  const auto event = sim::heard(sim::to_json(sim::Event{"broke", "relay-1", "silent"}, at_ms(0)));
  REQUIRE(event);
  CHECK(event->ok);
  CHECK(event->text.find("relay-1") == 0);
  CHECK(event->text.find("silent") != std::string::npos);
  for (const auto* strange : {"", "{", "[]", "5", "{}", R"({"ok":1})"}) CHECK_FALSE(sim::heard(strange));
}
