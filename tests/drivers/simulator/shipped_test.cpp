// The profiles that are shipped, and the demo site, played without a port.
#include "drivers/profiles/load.hpp"
#include "drivers/simulator/site_toml.hpp"
#include "tests/drivers/simulator/fixtures.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using tests::at_ms;
using tests::Bytes;

namespace {

/// The models that speak Modbus.
std::vector<drivers::Profile> shipped() {
  auto profiles = drivers::load_profiles({"drivers/profiles"});
  REQUIRE(profiles.has_value());
  std::erase_if(*profiles, [](const auto& each) { return each.driver != drivers::DriverKind::modbus; });
  REQUIRE(profiles->size() >= 10);
  return *profiles;
}

/// The question that reads one point alone.
Bytes reading(const modbus::PointMap& map) {
  const auto function = [&]() -> std::uint8_t {
    switch (map.table) {
      case modbus::Table::coil: return 1;
      case modbus::Table::discrete_input: return 2;
      case modbus::Table::holding_register: return 3;
      case modbus::Table::input_register: return 4;
    }
    return 0;
  }();
  const bool register_table = function >= 3;
  const bool wide = register_table && (map.type == modbus::ValueType::u32 || map.type == modbus::ValueType::s32 ||
                                       map.type == modbus::ValueType::f32);
  return {function, static_cast<std::uint8_t>(map.address >> 8U), static_cast<std::uint8_t>(map.address & 0xFFU), 0,
          static_cast<std::uint8_t>(wide ? 2 : 1)};
}

Result<sim::SiteSetup> demo() {
  const auto profiles = [](const std::string& model) {
    return drivers::load_profile("drivers/profiles/" + model + ".toml");
  };
  return sim::load_site("examples/demo-sim.toml", profiles, {{"RUN", "/run/demo"}, {"TCP_PORT", "0"}});
}

}  // namespace

TEST_CASE("every point of every shipped profile is answered by the played device") {
  auto library = *sim::LibrarySide::make();
  for (const auto& profile : shipped()) {
    CAPTURE(profile.model);
    sim::Device device(tests::device("d", "l", 1, profile), 1, at_ms(0));
    for (const auto& point : profile.points) {
      CAPTURE(point.name);
      const auto answer = device.handle(reading(point.map), at_ms(0), library);
      REQUIRE(answer.has_value());
      CHECK(answer->pdu.size() >= 3);
      CHECK(answer->pdu[0] == reading(point.map)[0]);
    }
    CHECK(device.counters().exceptions == 0);
  }
}

TEST_CASE("every shipped device is healthy by its own rules and plausible before anything was broken") {
  for (const auto& profile : shipped()) {
    CAPTURE(profile.model);
    sim::Device device(tests::device("d", "l", 1, profile), 1, at_ms(0));
    for (const auto& point : profile.points) {
      CAPTURE(point.name);
      const auto value = device.value(point.name, at_ms(0));
      if (point.lowest) CHECK(value >= *point.lowest);
      if (point.highest) CHECK(value <= *point.highest);
    }
    for (const auto& rule : profile.rules) {
      CAPTURE(rule.kind);
      const auto value = device.value(rule.point, at_ms(0));
      if (rule.detector == Detector::limit && rule.low) CHECK(value >= *rule.low);
      if (rule.detector == Detector::limit && rule.high) CHECK(value <= *rule.high);
      if (rule.detector == Detector::mismatch) CHECK(value == device.value(rule.against, at_ms(0)));
    }
  }
}

TEST_CASE("every relay action of a shipped profile with a readback moves what it says") {
  auto library = *sim::LibrarySide::make();
  std::size_t tried = 0;
  for (const auto& profile : shipped()) {
    for (const auto& action : profile.actions) {
      const bool on = action.name.ends_with(".on");
      const bool off = action.name.ends_with(".off");
      const bool single = (action.function == 5 || action.function == 6) && action.values.size() == 1;
      if (!action.name.starts_with("relay.") || !single || action.readback.empty() || !(on || off)) continue;
      CAPTURE(profile.model);
      CAPTURE(action.name);
      sim::Device device(tests::device("d", "l", 1, profile), 1, at_ms(0));
      for (const auto& relay : device.relays()) device.relay(relay.name)->order(off, at_ms(0));
      device.advance(at_ms(100));
      const auto value = action.values.front();
      const Bytes order{action.function, static_cast<std::uint8_t>(action.address >> 8U),
                        static_cast<std::uint8_t>(action.address & 0xFFU), static_cast<std::uint8_t>(value >> 8U),
                        static_cast<std::uint8_t>(value & 0xFFU)};
      const auto answer = device.handle(order, at_ms(200), library);
      REQUIRE(answer.has_value());
      CHECK(answer->pdu == order);
      device.advance(at_ms(300));
      CHECK(device.value(action.readback, at_ms(300)) == (on ? 1 : 0));
      ++tried;
    }
  }
  CHECK(tried >= 16);
}

TEST_CASE("the demo site is whole, and a weld on the (D) board shows on the input wired to it") {
  const auto setup = demo();
  REQUIRE(setup.has_value());
  CHECK(setup->devices.size() == 7);
  CHECK(setup->lines.at(0).pty == "/run/demo/rs485-1");
  sim::Site site(*setup, *sim::LibrarySide::make(), at_ms(0));
  auto* board = site.device("relay-3");
  REQUIRE(board != nullptr);
  CHECK(board->value("input.1.state", at_ms(0)) == 0);
  board->order(*board->relay("relay.1"), true, at_ms(0));
  site.advance(at_ms(50));
  CHECK(board->value("input.1.state", at_ms(50)) == 1);
  board->relay("relay.1")->weld();
  board->order(*board->relay("relay.1"), false, at_ms(100));
  site.advance(at_ms(200));
  CHECK(board->value("relay.1.command", at_ms(200)) == 0);
  CHECK(board->value("input.1.state", at_ms(200)) == 1);
}

TEST_CASE("every value the demo site is told to show is one its model can measure") {
  const auto setup = demo();
  REQUIRE(setup.has_value());
  std::size_t seen = 0;
  for (const auto& device : setup->devices) {
    for (const auto& point : device.profile.points) {
      const auto told = device.values.find(point.name);
      if (told == device.values.end()) continue;
      CAPTURE(device.name);
      CAPTURE(point.name);
      if (point.lowest) CHECK(told->second >= *point.lowest);
      if (point.highest) CHECK(told->second <= *point.highest);
      ++seen;
    }
  }
  CHECK(seen > 25);
}

TEST_CASE("the demo site's rails and leakage stand where its limits want them, for an hour") {
  const auto setup = demo();
  REQUIRE(setup.has_value());
  sim::Site site(*setup, *sim::LibrarySide::make(), at_ms(0));
  for (std::int64_t second = 0; second < 3600; ++second) {
    const auto now = at_ms(second * 1000);
    const auto rail = site.device("rail-12v")->value("output.voltage", now);
    const auto supply = site.device("psu-5v")->value("output.voltage", now);
    const auto leakage = site.device("leak-1")->value("leakage.current", now);
    REQUIRE((rail > 11.4 && rail < 12.6));
    REQUIRE((supply > 4.75 && supply < 5.25));
    REQUIRE((leakage >= 0 && leakage < 30));
  }
}
