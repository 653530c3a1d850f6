#include "drivers/simulator/device.hpp"

#include "drivers/profiles/load.hpp"
#include "drivers/simulator/framing.hpp"
#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <set>

using namespace inspect;
using tests::at_ms;
using tests::Bytes;

namespace {

struct Played {
  sim::LibrarySide library = *sim::LibrarySide::make();
  sim::Device device;

  explicit Played(drivers::Profile profile, std::map<std::string, double> values = {})
      : device(setup(std::move(profile), std::move(values)), 7, at_ms(0)) {}

  static sim::DeviceSetup setup(drivers::Profile profile, std::map<std::string, double> values) {
    auto made = tests::device("d", "l", 3, std::move(profile));
    made.values = std::move(values);
    return made;
  }
  Bytes ask(const Bytes& pdu, std::int64_t ms) {
    device.advance(at_ms(ms));
    const auto answer = device.handle(pdu, at_ms(ms), library);
    return answer ? answer->pdu : Bytes{};
  }
};

const Bytes read_states{2, 0, 96, 0, 6};
const Bytes read_commands{1, 0, 0, 0, 6};

}  // namespace

TEST_CASE("what was set up is what is read") {
  Played meter(tests::meter(), {{"output.voltage", 13.44}, {"output.current", 0.1}});
  const auto answer = meter.ask({4, 0, 0, 0, 8}, 0);
  REQUIRE(answer.size() == 18);
  const auto volts = (answer[2] << 8) | answer[3];
  CHECK(std::abs(volts - 1344) <= 2);
  CHECK(meter.device.value("output.voltage", at_ms(0)) == doctest::Approx(13.44).epsilon(0.01));
}

TEST_CASE("a measured value is never quite still, and a state is") {
  Played meter(tests::meter(), {{"output.voltage", 12}});
  std::set<double> voltages;
  std::set<double> alarms;
  for (int i = 0; i < 50; ++i) {
    voltages.insert(meter.device.value("output.voltage", at_ms(i * std::int64_t{1000})));
    alarms.insert(meter.device.value("alarm.high", at_ms(i * std::int64_t{1000})));
  }
  CHECK(voltages.size() >= 2);
  CHECK(alarms == std::set<double>{0});
}

TEST_CASE("the real state follows a written coil when the contact has moved") {
  Played board(tests::relay_board());
  CHECK(board.ask({5, 0, 2, 0xFF, 0}, 0) == Bytes{5, 0, 2, 0xFF, 0});
  CHECK(board.ask(read_commands, 1) == Bytes{1, 1, 0x04});
  CHECK(board.ask(read_states, 9) == Bytes{2, 1, 0x00});
  CHECK(board.ask(read_states, 10) == Bytes{2, 1, 0x04});
  CHECK(board.ask({15, 0, 0, 0, 6, 1, 0x3F}, 20) == Bytes{15, 0, 0, 0, 6});
  CHECK(board.ask(read_states, 30) == Bytes{2, 1, 0x3F});
  CHECK(board.ask({15, 0, 0, 0, 6, 1, 0x00}, 40) == Bytes{15, 0, 0, 0, 6});
  CHECK(board.ask(read_states, 45) == Bytes{2, 1, 0x00});
}

TEST_CASE("a welded relay shows its contact closed under an open order") {
  Played board(tests::relay_board());
  board.device.relay("relay.3")->weld();
  CHECK(board.ask({5, 0, 2, 0, 0}, 0) == Bytes{5, 0, 2, 0, 0});
  CHECK(board.ask(read_commands, 1000) == Bytes{1, 1, 0x00});
  CHECK(board.ask(read_states, 1000) == Bytes{2, 1, 0x04});
}

TEST_CASE("relays are found by their full name or number, and nothing else is") {
  Played board(tests::relay_board());
  CHECK(board.device.relay("relay.6") != nullptr);
  CHECK(board.device.relay("6") == board.device.relay("relay.6"));
  CHECK(board.device.relay("relay.6.state") == board.device.relay("relay.6"));
  CHECK(board.device.relay("relay.7") == nullptr);
  CHECK(board.device.relay("input.1") == nullptr);
  CHECK(board.device.relay("") == nullptr);
}

TEST_CASE("a command board takes its command words, shows plain states, and refuses other words") {
  Played board(tests::command_board());
  CHECK(board.ask({6, 0, 1, 1, 0}, 0) == Bytes{6, 0, 1, 1, 0});
  CHECK(board.ask({3, 0, 1, 0, 1}, 20) == Bytes{3, 2, 0, 1});
  CHECK(board.ask({6, 0, 1, 2, 0}, 30) == Bytes{6, 0, 1, 2, 0});
  CHECK(board.ask({3, 0, 1, 0, 8}, 50) == Bytes{3, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(board.ask({6, 0, 8, 3, 0}, 60) == Bytes{6, 0, 8, 3, 0});
  CHECK(board.ask({3, 0, 8, 0, 1}, 80) == Bytes{3, 2, 0, 1});
  CHECK(board.ask({6, 0, 1, 9, 9}, 90) == Bytes{0x86, 3});
  CHECK(board.ask({6, 0, 9, 1, 0}, 90) == Bytes{0x86, 2});
}

TEST_CASE("orders for all relays, single ones and pulses are known by the action's name") {
  auto profile = tests::command_board();
  for (const auto& [name, value] : {std::pair{"relay.all.on", 0x0700},
                                    {"relay.all.off", 0x0800},
                                    {"relay.1.latch", 0x0400},
                                    {"relay.1.pulse", 0x0500}}) {
    drivers::ActionSpec action;
    action.name = name;
    action.function = 6;
    action.address = static_cast<std::uint16_t>(value >= 0x0700 ? 0 : 1);
    action.values = {static_cast<std::uint16_t>(value)};
    profile.actions.push_back(action);
  }
  Played board(profile);
  const Bytes all{3, 0, 1, 0, 8};
  const auto closed = [&](std::int64_t ms) {
    const auto answer = board.ask(all, ms);
    int count = 0;
    for (std::size_t i = 3; i < answer.size(); i += 2) count += answer[i];
    return count;
  };
  CHECK(board.ask({6, 0, 0, 7, 0}, 0) == Bytes{6, 0, 0, 7, 0});
  CHECK(closed(20) == 8);
  board.ask({6, 0, 1, 4, 0}, 30);
  CHECK(closed(50) == 1);
  board.ask({6, 0, 0, 8, 0}, 60);
  CHECK(closed(80) == 0);
  board.ask({6, 0, 1, 5, 0}, 100);
  CHECK(closed(120) == 1);
  CHECK(closed(1099) == 1);
  board.device.advance(at_ms(1100));
  CHECK(closed(1106) == 0);
}

TEST_CASE("holes, other tables and too many registers are refused with the right exception") {
  auto profile = tests::meter();
  profile.limits.registers_per_read = 4;
  Played meter(profile);
  CHECK(meter.ask({4, 0, 0, 0, 5}, 0) == Bytes{0x84, 3});
  CHECK(meter.ask({4, 0, 8, 0, 1}, 0) == Bytes{0x84, 2});
  CHECK(meter.ask({3, 0, 0, 0, 1}, 0) == Bytes{0x83, 2});
  CHECK(meter.ask({1, 0, 0, 0, 1}, 0) == Bytes{0x81, 2});
  CHECK(meter.ask({0x42}, 0) == Bytes{0xC2, 1});
  CHECK(meter.device.counters().exceptions == 5);
}

TEST_CASE("a written setting stays written, through mending too") {
  Played meter(tests::meter());
  CHECK(meter.ask({6, 0, 2, 0, 9}, 0) == Bytes{6, 0, 2, 0, 9});
  CHECK(meter.ask({16, 0, 2, 0, 1, 2, 0, 8}, 0) == Bytes{16, 0, 2, 0, 1});
  meter.device.mend(at_ms(1));
  CHECK(meter.ask({3, 0, 2, 0, 1}, 5000) == Bytes{3, 2, 0, 8});
}

TEST_CASE("a stuck point keeps its value against noise, writes and knobs until it is freed") {
  Played board(tests::relay_board());
  REQUIRE(board.device.stick("relay.1.state", at_ms(0)).has_value());
  board.ask({5, 0, 0, 0xFF, 0}, 0);
  CHECK(board.ask(read_states, 100) == Bytes{2, 1, 0});
  CHECK(board.device.stuck() == std::vector<std::string>{"relay.1.state"});
  REQUIRE(board.device.unstick("relay.1.state").has_value());
  CHECK(board.ask(read_states, 200) == Bytes{2, 1, 1});

  Played meter(tests::meter(), {{"output.voltage", 12}});
  REQUIRE(meter.device.stick("", at_ms(0)).has_value());
  const auto first = meter.ask({4, 0, 0, 0, 2}, 0);
  for (int i = 1; i < 50; ++i) REQUIRE(meter.ask({4, 0, 0, 0, 2}, i * std::int64_t{1000}) == first);
}

TEST_CASE("a knob, a drift and a mend move the value as they say") {
  Played meter(tests::meter(), {{"output.voltage", 12}});
  REQUIRE(meter.device.set("output.voltage", 10.8, at_ms(0)).has_value());
  CHECK(meter.device.value("output.voltage", at_ms(0)) == doctest::Approx(10.8).epsilon(0.01));
  REQUIRE(meter.device.drift("output.voltage", -0.6, at_ms(0)).has_value());
  CHECK(meter.device.value("output.voltage", at_ms(60'000)) == doctest::Approx(10.2).epsilon(0.01));
  CHECK(meter.device.drifting() == std::vector<std::string>{"output.voltage"});
  meter.device.mend(at_ms(60'000));
  CHECK(meter.device.value("output.voltage", at_ms(60'000)) == doctest::Approx(12).epsilon(0.01));
  CHECK(meter.device.drifting().empty());
}

TEST_CASE("a point that is not there is refused with those that are") {
  Played meter(tests::meter());
  CHECK(meter.device.set("voltage", 1, at_ms(0)).error().message.find("output.voltage") != std::string::npos);
  CHECK_FALSE(meter.device.drift("voltage", 1, at_ms(0)).has_value());
  CHECK_FALSE(meter.device.stick("voltage", at_ms(0)).has_value());
  CHECK_FALSE(meter.device.unstick("voltage").has_value());
  Played board(tests::relay_board());
  CHECK(board.device.drift("relay.1.state", 1, at_ms(0)).error().message.find("cannot drift") != std::string::npos);
}

TEST_CASE("a dead device and one that refuses do nothing of what they hear") {
  Played board(tests::relay_board());
  board.device.faults().add(*sim::parse_fault({"silent"}));
  CHECK(board.ask({5, 0, 0, 0xFF, 0}, 0).empty());
  board.device.mend(at_ms(1));
  CHECK(board.ask(read_commands, 2) == Bytes{1, 1, 0});
  board.device.faults().add(*sim::parse_fault({"exception", "4"}));
  CHECK(board.ask({5, 0, 0, 0xFF, 0}, 3) == Bytes{0x85, 4});
  board.device.mend(at_ms(4));
  CHECK(board.ask(read_commands, 5) == Bytes{1, 1, 0});
  CHECK(board.device.counters().unanswered == 1);
}

TEST_CASE("a question to everybody is done and not answered; a read to everybody is nothing") {
  Played board(tests::relay_board());
  board.device.overhear(Bytes{5, 0, 1, 0xFF, 0}, at_ms(0), board.library);
  board.device.overhear(Bytes{1, 0, 0, 0, 6}, at_ms(0), board.library);
  board.device.overhear(Bytes{}, at_ms(0), board.library);
  CHECK(board.ask(read_states, 20) == Bytes{2, 1, 2});
  CHECK(board.device.counters().questions == 1);
}

TEST_CASE("a hundred thousand random questions are all answered in form, and the device lives") {
  Played board(tests::relay_board());
  std::mt19937 random(11);
  for (int i = 0; i < 100'000; ++i) {
    Bytes pdu(1 + random() % 20);
    for (auto& byte : pdu) byte = static_cast<std::uint8_t>(random());
    if (random() % 2 == 0) pdu[0] = static_cast<std::uint8_t>(1 + random() % 16);
    const auto answer = board.ask(pdu, i);
    REQUIRE_FALSE(answer.empty());
    REQUIRE((answer[0] & 0x7FU) == (pdu[0] & 0x7FU));
    REQUIRE(answer.size() <= 253);
  }
  CHECK(board.ask(read_commands, 200'000).size() == 3);
}

TEST_CASE("a board's own timer lasts as long as its profile says, and each new order starts it anew") {
  Played board(drivers::load_profile("drivers/profiles/waveshare-relay-8ch.toml").value());
  const Bytes flash{5, 0x02, 0x02, 0x00, 0x07};  // relay 3 for 7 x 100 ms
  const auto on = [&](std::int64_t ms) { return board.ask({1, 0, 2, 0, 1}, ms).at(2) == 1; };
  CHECK(board.ask(flash, 0) == flash);
  CHECK(on(690));
  board.ask(flash, 690);
  CHECK(on(1380));
  CHECK_FALSE(on(1400));
  board.ask(flash, 2000);
  board.ask({5, 0, 2, 0, 0}, 2100);
  CHECK_FALSE(on(2120));
}

TEST_CASE("a board that has an order to end its timer takes no notice of on and off while it runs") {
  Played board(drivers::load_profile("drivers/profiles/ryn408f.toml").value());
  const auto on = [&](std::int64_t ms) { return board.ask({3, 0, 3, 0, 1}, ms).at(3) == 1; };
  board.ask({6, 0, 3, 0x06, 0x02}, 0);  // relay 3 for 2 s
  board.ask({6, 0, 3, 0x02, 0x00}, 100);
  CHECK(on(200));
  board.ask({6, 0, 3, 0x01, 0x00}, 300);
  CHECK_FALSE(on(2100));
  board.ask({6, 0, 3, 0x06, 0x02}, 3000);
  board.ask({6, 0, 3, 0x06, 0x00}, 3100);
  CHECK_FALSE(on(3200));
}
