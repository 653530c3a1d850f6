#pragma once

#include "tests/firmware-agent/detection/world.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>

namespace inspect::agent::world {

/// Two supplies "psu-1" and "psu-2" of 12 V behind the feed "dc-24v", and a third, "psu-3", behind "dc-other", each
/// with output voltage and current, input voltage, switch and set-point, and limits of 11.4 V and 12.6 V.
inline Site judged_site() {
  using drivers::Role;
  Site site;
  site.name = "demo";
  site.title = {"示范考核点", "Demo site"};
  site.gateway = "gw-demo";
  site.buses = {{"line-1", {"1号总线", "Line 1"}, SerialLine{}}};
  drivers::Profile profile;
  profile.model = "psu";
  const auto add = [&](const char* name, Text title, const char* unit, Role role, Quantity quantity) {
    auto point = spec(name, std::move(title), unit, role);
    point.quantity = quantity;
    profile.points.push_back(std::move(point));
  };
  add("output.voltage", {"输出电压", "output voltage"}, "V", Role::measure, Quantity::output_voltage);
  add("output.current", {"输出电流", "output current"}, "A", Role::measure, Quantity::output_current);
  add("input.voltage", {"输入电压", "input voltage"}, "V", Role::measure, Quantity::input_voltage);
  add("output.on", {"输出开关", "output switch"}, "", Role::command, Quantity::command);
  add("output.voltage.set", {"设定电压", "voltage set"}, "V", Role::setting, Quantity::setpoint);
  site.profiles.push_back(profile);
  for (const auto* name : {"psu-1", "psu-2", "psu-3"}) {
    Device device;
    device.name = name;
    device.title = {std::string("电源 ") + name, std::string("supply ") + name};
    device.first_point = PointIndex(site.points.size());
    device.point_count = profile.points.size();
    device.supply = device.name == "psu-3" ? "dc-other" : "dc-24v";
    for (std::size_t i = 0; i < profile.points.size(); ++i) {
      site.points.push_back({DeviceIndex(site.devices.size()), i});
    }
    const auto limits = [&](const char* kind, std::size_t point, std::optional<double> low,
                            std::optional<double> high) {
      auto limit = rule(Detector::limit, kind, profile.points[point].name);
      limit.low = low;
      limit.high = high;
      site.watches.push_back({limit, PointIndex(at(device.first_point) + point), {}});
    };
    limits("rail.low", 0, 11.4, {});
    limits("rail.high", 0, {}, 12.6);
    // The feed is told by judgement; here only what is normal is said.
    limits("rail.input-sag", 2, 18, {});
    limits("rail.input-sag", 2, {}, 30);
    site.devices.push_back(std::move(device));
  }
  return site;
}

/// A watchman on that site whose supplies are read every minute.
struct JudgedSite {
  enum : std::size_t { volts, amps, input, on, set };

  Site site;
  std::unique_ptr<Watchman> man;
  std::chrono::milliseconds clock{0};
  std::vector<FindingChange> changes;
  std::vector<FindingId> given;
  /// What the point reads now; may be changed from minute to minute.
  std::function<double(std::size_t device, std::size_t what, double sound)> reads =
      [](std::size_t /*device*/, std::size_t /*what*/, double sound) { return sound; };

  explicit JudgedSite(Site of = judged_site()) : site(std::move(of)) { start(); }
  JudgedSite(const JudgedSite&) = delete;
  JudgedSite& operator=(const JudgedSite&) = delete;

  void start() { man = std::make_unique<Watchman>(site, shipped_catalogue()); }
  [[nodiscard]] double days() const { return std::chrono::duration<double>(clock).count() / 86400; }
  [[nodiscard]] PointIndex point(std::size_t device, std::size_t what) const {
    return PointIndex(at(site.devices[device].first_point) + what);
  }

  void minute() {
    clock += 60s;
    const auto now = moment(clock);
    std::vector<Reading> readings;
    for (std::size_t d = 0; d < site.devices.size(); ++d) {
      const double load = 1 + 0.4 * wobble(d);
      const std::array<double, 5> sound{12.02 - 0.01 * load + 0.004 * wobble(7 + d), load, 24 + 0.2 * wobble(11), 1,
                                        12};
      for (std::size_t what = 0; what < sound.size(); ++what) {
        readings.push_back(good(point(d, what), reads(d, what, sound[what]), now, 90s));
      }
    }
    Verdict verdict;
    man->take(readings, now, verdict);
    man->tick(now, verdict);
    for (const auto& change : verdict.changes) {
      changes.push_back(change);
      if (change.event == FindingEvent::opened) given.push_back(change.finding.id);
    }
  }
  void live(double days_on) {
    for (const double end = days() + days_on; days() < end;) minute();
  }
  /// "opened psu-1/output.voltage/rail.drift": every change, in order; the same ones in a row once.
  [[nodiscard]] std::vector<std::string> story() const {
    std::vector<std::string> lines;
    for (const auto& [event, finding] : changes) {
      auto line = std::string(name(event)) + " " + finding.id.device + "/" + finding.id.point + "/" + finding.id.kind;
      if (finding.state == AlarmState::suppressed) line += " (held back)";
      if (lines.empty() || lines.back() != line) lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  /// -1 … 1, the same everywhere: a multiplicative hash of the minute.
  [[nodiscard]] double wobble(std::size_t salt) const {
    const auto minute = static_cast<std::uint32_t>(clock / 60s) + static_cast<std::uint32_t>(salt) * 7919U;
    return static_cast<double>((minute * 2654435761U) >> 8U) / (1U << 23U) - 1;
  }
};

}  // namespace inspect::agent::world
