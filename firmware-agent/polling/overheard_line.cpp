#include "firmware-agent/polling/overheard_line.hpp"

#include <algorithm>

namespace inspect::agent {
namespace {

using namespace std::chrono_literals;
using modbus::Heard;

/// A value is believed for so many of the times at which the master asks for it, …
constexpr int believed_periods = 3;
/// … which may be seldom, but after so long nothing is known of now.
constexpr BootClock::duration believed_at_most = 15min;
constexpr BootClock::duration believed_at_least = 2s;
/// A point that failed so often in a row has a bad reading: the first miss accuses nobody.
constexpr unsigned point_failures = 2;

std::uint32_t baud_of(const Bus& bus) {
  const auto* serial = std::get_if<SerialLine>(&bus.transport);
  return serial != nullptr ? serial->baud : 9600;
}

/// The same instant on both clocks, as long ago as `boot` says.
Moment moment_at(BootTime boot, const Moment& now) {
  const auto at = std::min(boot, now.boot);
  return {at, now.wall - std::chrono::duration_cast<std::chrono::milliseconds>(now.boot - at), now.trust};
}

std::size_t devices_on(const Site& site, BusIndex bus) {
  return static_cast<std::size_t>(
      std::count_if(site.devices.begin(), site.devices.end(), [bus](const Device& d) { return d.bus == bus; }));
}

}  // namespace

OverheardLine::OverheardLine(const Site& site, BusIndex bus, ReadingSink& sink, modbus::LineCounters& counters)
    : site_(site),
      bus_(bus),
      sink_(sink),
      ears_(modbus::WireTime(baud_of(site.buses[at(bus)])), counters),
      bus_health_(devices_on(site, bus)) {
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    if (device.bus != bus) continue;
    members_.push_back({DeviceIndex(i),
                        drivers::OverheardDevice(device.unit, site.profiles[device.profile]),
                        {},
                        {},
                        std::vector<std::optional<BootTime>>(device.point_count),
                        std::vector<unsigned>(device.point_count, 0)});
  }
}

void OverheardLine::take(modbus::BytesView bytes, const Moment& now) {
  heard_.clear();
  ears_.heard(bytes, now.boot, heard_);
  for (const auto& heard : heard_) hear(heard, now);
}

void OverheardLine::hear(const Heard& heard, const Moment& now) {
  signs_.take(heard);
  if (heard.what == Heard::What::question) {
    asked_ = heard.at;
    return;
  }
  if (heard.what == Heard::What::answer || heard.what == Heard::What::refusal) ever_answered_ = true;
  if (!ever_answered_) return;
  const auto moment = moment_at(heard.at, now);
  for (auto& member : members_) {
    const auto outcome = member.device.take(heard);
    if (!outcome) continue;
    const auto failure = outcome->failure ? std::optional(outcome->failure->code) : std::nullopt;
    const auto health = member.health.take(failure);
    if (health == DeviceHealth::active) member.last_answer = heard.at;
    const auto dormant = std::count_if(members_.begin(), members_.end(),
                                       [](const Member& m) { return m.health.health() == DeviceHealth::dormant; });
    bus_health_.take(failure, static_cast<std::size_t>(dormant));
    sink_.attempt({member.index, bus_, moment, failure, health, signs_.end()});
    hand_on(member, *outcome, moment);
  }
}

void OverheardLine::hand_on(Member& member, const drivers::OverheardOutcome& outcome, const Moment& at_time) {
  const auto& device = site_.devices[at(member.index)];
  const auto& profile = site_.profiles[device.profile];
  std::vector<Reading> readings;
  readings.reserve(outcome.values.size());
  for (const auto& value : outcome.values) {
    auto& failures = member.failures[value.point];
    failures = outcome.failure ? failures + 1 : 0;
    if (outcome.failure && outcome.failure->code != Errc::device_busy && failures < point_failures) continue;
    auto& last = member.last_read[value.point];
    // Until the master has asked twice its period is not known, and the profile's is the best guess.
    const BootClock::duration period = last ? at_time.boot - *last : profile.points[value.point].period;
    last = at_time.boot;
    const auto good_for =
        std::clamp(believed_periods * std::min(period, believed_at_most), believed_at_least, believed_at_most);
    readings.push_back({PointIndex(at(device.first_point) + value.point), value.value, value.quality, value.reason,
                        at_time, at_time.boot + good_for});
  }
  if (!readings.empty()) sink_.readings(readings);
}

void OverheardLine::lost(const Moment& now) {
  asked_.reset();
  bus_health_.take(Errc::bus_unavailable, 0);
  for (const auto& member : members_) {
    std::vector<Reading> readings;
    for (std::size_t point = 0; point < member.last_read.size(); ++point) {
      // What was never read stays so: the master may not ask for it at all.
      if (!member.last_read[point]) continue;
      readings.push_back({PointIndex(at(site_.devices[at(member.index)].first_point) + point), 0, Quality::bad,
                          Reason::bus, now, now.boot});
    }
    if (!readings.empty()) sink_.readings(readings);
  }
}

BusHealth OverheardLine::health(BootTime now) const {
  if (bus_health_.health() == BusHealth::unavailable || !quiet(now)) return bus_health_.health();
  return BusHealth::unknown;
}

const OverheardLine::Member* OverheardLine::member_of(DeviceIndex device) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [device](const Member& m) { return m.index == device; });
  return found == members_.end() ? nullptr : &*found;
}

DeviceHealth OverheardLine::health(DeviceIndex device, BootTime now) const {
  const auto* member = member_of(device);
  return member == nullptr || quiet(now) ? DeviceHealth::unknown : member->health.health();
}

std::optional<BootTime> OverheardLine::last_answer(DeviceIndex device) const {
  const auto* member = member_of(device);
  return member == nullptr ? std::nullopt : member->last_answer;
}

std::optional<BootTime> OverheardLine::last_read(PointIndex point) const {
  const auto* member = member_of(site_.points[at(point)].device);
  if (member == nullptr) return std::nullopt;
  return member->last_read[at(point) - at(site_.devices[at(member->index)].first_point)];
}

}  // namespace inspect::agent
