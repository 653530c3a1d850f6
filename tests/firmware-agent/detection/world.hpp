#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/watchman.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inspect::agent::world {

using namespace std::chrono_literals;

/// The instant `after` the start of every test.
inline Moment moment(std::chrono::milliseconds after) {
  const WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 8h};
  return {BootTime{} + 1h + after, start + after, ClockTrust::ntp};
}

inline const catalogue::Catalogue& shipped_catalogue() {
  static const auto loaded = catalogue::load("protocol/catalogue");
  REQUIRE(loaded.has_value());
  return *loaded;
}

inline drivers::PointSpec spec(std::string name, Text title, std::string unit, drivers::Role role) {
  drivers::PointSpec spec;
  spec.name = std::move(name);
  spec.title = std::move(title);
  spec.unit = std::move(unit);
  spec.role = role;
  return spec;
}

inline Rule rule(Detector detector, std::string kind, std::string point, std::string against = {}) {
  Rule rule;
  rule.detector = detector;
  rule.kind = std::move(kind);
  rule.point = std::move(point);
  rule.against = std::move(against);
  return rule;
}

/// One site with an RS-485 line of three devices and a TCP connection with one.
///
/// | bus    | device  | points                                                            |
/// |--------|---------|-------------------------------------------------------------------|
/// | line-1 | board-1 | relay.1.command, relay.1.state, relay.2.command, relay.2.state    |
/// | line-1 | power-1 | output.voltage, output.current, temperature                       |
/// | line-1 | leak-1  | leakage.current, test.voltage                                     |
/// | tcp-1  | inputs  | input.1.state (the feedback of relay.1.command, by other wires)   |
struct TestSite {
  Site site;
  PointIndex command_1{}, state_1{}, command_2{}, state_2{}, voltage{}, current{}, temperature{}, leakage{}, test{},
      input{};
  DeviceIndex board{0}, power{1}, leak{2}, inputs{3};
  BusIndex line{0}, tcp{1};

  TestSite() {
    using drivers::Role;
    site.name = "demo";
    site.title = {"示范考核点", "Demo site"};
    site.gateway = "gw-demo";
    site.buses = {{"line-1", {"1号总线", "Line 1"}, SerialLine{}}, {"tcp-1", {"网络", "Network"}, TcpEndpoint{}}};
    const auto b = device("board-1", {"继电器板", "Relay board"}, line,
                          {spec("relay.1.command", {"1路命令", "Relay 1 command"}, "", Role::command),
                           spec("relay.1.state", {"1路反馈", "Relay 1 feedback"}, "", Role::state),
                           spec("relay.2.command", {"2路命令", "Relay 2 command"}, "", Role::command),
                           spec("relay.2.state", {"2路反馈", "Relay 2 feedback"}, "", Role::state)});
    command_1 = b, state_1 = next(b, 1), command_2 = next(b, 2), state_2 = next(b, 3);
    auto output = spec("output.voltage", {"输出电压", "Output voltage"}, "V", Role::measure);
    output.lowest = 0;
    output.highest = 60;
    const auto p = device("power-1", {"电源", "Supply"}, line,
                          {output, spec("output.current", {"输出电流", "Output current"}, "A", Role::measure),
                           spec("temperature", {"温度", "Temperature"}, "Cel", Role::measure)});
    voltage = p, current = next(p, 1), temperature = next(p, 2);
    const auto l = device("leak-1", {"漏电监测", "Leakage monitor"}, line,
                          {spec("leakage.current", {"泄漏电流", "Leakage current"}, "mA", Role::measure),
                           spec("test.voltage", {"测试电压", "Test voltage"}, "V", Role::measure)});
    leakage = l, test = next(l, 1);
    input = device("inputs", {"输入模块", "Input module"}, tcp,
                   {spec("input.1.state", {"1号输入", "Input 1"}, "", Role::state)});
    rules();
  }
  TestSite(const TestSite&) = delete;
  TestSite& operator=(const TestSite&) = delete;

  void watch(const Rule& rule, PointIndex point, std::optional<PointIndex> against = {}) {
    site.watches.push_back({rule, point, against});
  }

 private:
  static PointIndex next(PointIndex point, std::size_t by) { return PointIndex(at(point) + by); }

  PointIndex device(std::string name, Text title, BusIndex bus, std::vector<drivers::PointSpec> points) {
    drivers::Profile profile;
    profile.model = "model-of-" + name;
    profile.points = std::move(points);
    profile.limits.answer_ms = 200;
    Device device;
    device.name = std::move(name);
    device.title = std::move(title);
    device.bus = bus;
    device.profile = site.profiles.size();
    device.first_point = PointIndex(site.points.size());
    device.point_count = profile.points.size();
    for (std::size_t i = 0; i < profile.points.size(); ++i) {
      site.points.push_back({DeviceIndex(site.devices.size()), i});
    }
    const auto first = device.first_point;
    site.profiles.push_back(std::move(profile));
    site.devices.push_back(std::move(device));
    return first;
  }

  void relay_rules(int number, PointIndex command, PointIndex state) {
    const auto channel = "relay." + std::to_string(number);
    auto welded = rule(Detector::mismatch, "relay.welded", channel + ".state", channel + ".command");
    welded.when = false;
    welded.settle = 100ms;
    watch(welded, state, command);
    auto dead = welded;
    dead.kind = "relay.no-pull-in";
    dead.when = true;
    watch(dead, state, command);
  }

  void rules() {
    relay_rules(1, command_1, state_1);
    relay_rules(2, command_2, state_2);
    auto low = rule(Detector::limit, "rail.low", "output.voltage");
    low.low = 11.4;
    low.deadband = 0.2;
    watch(low, voltage);
    auto leaking = rule(Detector::limit, "leakage.high", "leakage.current", "test.voltage");
    leaking.high = 10;
    leaking.deadband = 1;
    leaking.only_above = 200;
    leaking.on_delay = 3s;
    leaking.off_delay = 5s;
    watch(leaking, leakage, test);
    auto stuck = rule(Detector::frozen, "value.frozen", "temperature", "output.current");
    stuck.window = 60s;
    stuck.deadband = 0.5;
    watch(stuck, temperature, current);
  }
};

inline Reading good(PointIndex point, double value, const Moment& at, BootClock::duration lasts = 3500ms) {
  return {point, value, Quality::good, Reason::none, at, at.boot + lasts};
}
inline Reading bad(PointIndex point, Reason reason, const Moment& at) {
  return {point, 0, Quality::bad, reason, at, at.boot + 3500ms};
}

/// A watchman on the test site, with its own clock and everything it ever concluded.
struct WatchedSite {
  TestSite place;
  std::unique_ptr<Watchman> man;
  std::chrono::milliseconds clock{0};
  Verdict last;                        ///< of the last call
  std::vector<FindingChange> changes;  ///< of all calls
  std::vector<FindingId> given;        ///< as a store would remember them

  WatchedSite() { restart_empty(); }

  [[nodiscard]] Moment now() const { return moment(clock); }
  void wait(std::chrono::milliseconds span) { clock += span; }

  void take(const std::vector<Reading>& readings) {
    begin();
    man->take(readings, now(), last);
    end();
  }
  /// A good reading of one point, a second later.
  void see(PointIndex point, double value) {
    wait(1s);
    take({good(point, value, now())});
  }
  void attempt(DeviceIndex device, std::optional<Errc> failure = std::nullopt, LineSigns signs = {}) {
    begin();
    man->take(DeviceAttempt{device, place.site.devices[at(device)].bus, now(), failure, DeviceHealth::unknown, signs},
              last);
    end();
  }
  void port(BusIndex bus, bool available, std::string why = {}) {
    begin();
    man->bus_available(bus, available, std::move(why), now(), last);
    end();
  }
  void tick() {
    begin();
    man->tick(now(), last);
    end();
  }
  /// Kills the watchman and starts another with what a store would give it back.
  void restart() {
    auto open = man->open();
    restart_empty();
    man->restore(std::move(open), given);
  }

  [[nodiscard]] std::size_t count(FindingEvent event) const {
    std::size_t count = 0;
    for (const auto& change : changes) count += change.event == event ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::string only_open() const {
    const auto open = man->open();
    REQUIRE(open.size() == 1);
    return to_string(open.front().id);
  }
  [[nodiscard]] Finding open_one() const {
    const auto open = man->open();
    REQUIRE(open.size() == 1);
    return open.front();
  }

 private:
  void restart_empty() { man = std::make_unique<Watchman>(place.site, shipped_catalogue()); }
  void begin() { last = {}; }
  void end() {
    for (const auto& change : last.changes) {
      changes.push_back(change);
      if (change.event == FindingEvent::opened) given.push_back(change.finding.id);
    }
  }
};

}  // namespace inspect::agent::world
