#include "drivers/simulator/site.hpp"

#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace inspect;
using tests::at_ms;
using tests::Bytes;

namespace {

sim::Question to(std::uint8_t unit, Bytes pdu) { return {0, unit, std::move(pdu)}; }

std::string fault_of(const sim::SiteSetup& setup) {
  const auto right = sim::check(setup);
  return right ? std::string() : right.error().message;
}

bool told(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a question reaches the unit on its own line only") {
  auto site = tests::make_site();
  const auto answer = site.ask(0, to(21, {1, 0, 0, 0, 6}), at_ms(0));
  REQUIRE(answer);
  CHECK(answer->device == 0);
  CHECK(answer->outgoing.unit == 21);
  CHECK(answer->turnaround == std::chrono::milliseconds(2));
  CHECK_FALSE(site.ask(1, to(21, {1, 0, 0, 0, 6}), at_ms(0)));
  CHECK_FALSE(site.ask(0, to(99, {1, 0, 0, 0, 6}), at_ms(0)));
  CHECK(site.line("tcp-1")->counters.strangers == 1);
  CHECK(site.line("rs485-1")->counters.questions == 2);
}

TEST_CASE("a write to unit 0 reaches every device of a serial line and is not answered") {
  auto site = tests::make_site();
  CHECK_FALSE(site.ask(0, to(0, {5, 0, 0, 0xFF, 0}), at_ms(0)));
  site.advance(at_ms(50));
  CHECK(site.device("relay-1")->relay("relay.1")->contact);
  CHECK(site.line("rs485-1")->counters.strangers == 0);
}

TEST_CASE("an input shows the contact that is wired to it, a welded one too") {
  auto site = tests::make_site();
  auto* board = site.device("relay-1");
  CHECK(board->value("input.1", at_ms(0)) == 0);
  site.ask(1, to(2, {6, 0, 1, 1, 0}), at_ms(0));
  CHECK(site.next() == at_ms(10));
  site.advance(at_ms(10));
  CHECK(board->value("input.1", at_ms(10)) == 1);
  site.device("relay-2")->relay("relay.1")->weld();
  site.ask(1, to(2, {6, 0, 1, 2, 0}), at_ms(20));
  site.advance(at_ms(40));
  CHECK(board->value("input.1", at_ms(40)) == 1);
}

TEST_CASE("an inverted wire shows an open contact as 1 from the beginning") {
  auto setup = tests::small_site();
  setup.wires[0].inverted = true;
  auto site = tests::make_site(setup);
  CHECK(site.device("relay-1")->value("input.1", at_ms(0)) == 1);
}

TEST_CASE("an exam switches relays now and then, the same ones for the same seed") {
  const auto orders = [](std::uint64_t seed) {
    auto setup = tests::small_site();
    setup.seed = seed;
    auto site = tests::make_site(setup);
    site.exam(true, at_ms(0));
    std::vector<std::string> seen;
    for (std::int64_t ms = 0; ms < 60'000; ms += 100) {
      site.advance(at_ms(ms));
      for (const auto& event : site.events()) {
        if (event.what == "ordered") seen.push_back(event.where + " " + event.detail);
      }
    }
    return seen;
  };
  const auto one = orders(1);
  CHECK(one.size() >= 10);
  CHECK(one.size() <= 31);
  CHECK(one == orders(1));
  CHECK(one != orders(2));
}

TEST_CASE("an exam that is over orders nothing") {
  auto site = tests::make_site();
  site.exam(true, at_ms(0));
  CHECK(site.exam_runs());
  site.exam(false, at_ms(1));
  CHECK_FALSE(site.exam_runs());
  site.events();
  site.advance(at_ms(600'000));
  CHECK(site.events().empty());
}

TEST_CASE("events nobody fetches are dropped, the oldest first") {
  auto site = tests::make_site();
  for (int i = 0; i < 1000; ++i) site.tell({"n", std::to_string(i), ""});
  const auto events = site.events();
  REQUIRE(events.size() == 256);
  CHECK(events.front().where == "744");
  CHECK(events.back().where == "999");
  CHECK(site.events().empty());
}

TEST_CASE("a site that contradicts itself is refused with what to change") {
  CHECK(fault_of(tests::small_site()).empty());

  auto twice = tests::small_site();
  twice.devices[1].name = "relay-1";
  CHECK(told(fault_of(twice), "two things are called \"relay-1\""));

  auto unit = tests::small_site();
  unit.devices[1].unit = 21;
  CHECK(told(fault_of(unit), "unit 21 is twice on line rs485-1"));

  auto line = tests::small_site();
  line.devices[0].line = "nowhere";
  CHECK(told(fault_of(line), "\"nowhere\""));

  auto value = tests::small_site();
  value.devices[1].values["volts"] = 1;
  CHECK(told(fault_of(value), "no point \"volts\""));

  auto wire = tests::small_site();
  wire.wires[0].point = "input.9";
  CHECK(told(fault_of(wire), "relay-1/input.9"));
  wire.wires[0] = {"relay-9", "relay.1", "relay-1", "input.1", false};
  CHECK(told(fault_of(wire), "relay-9"));
}
