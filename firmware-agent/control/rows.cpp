#include "firmware-agent/control/rows.hpp"

#include "firmware-agent/control/trace_ring.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace inspect::agent {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

milliseconds between(BootTime from, BootTime to) {
  return std::max(duration_cast<milliseconds>(to - from), milliseconds{0});
}

std::string_view role_name(drivers::Role role) {
  static constexpr std::array<std::string_view, 5> names{"measure", "state", "command", "setting", "identity"};
  return names.at(static_cast<std::size_t>(role));
}

control::LineCounters counters_of(const drivers::BusCounters& c) {
  return {c.transactions, c.answered, c.exceptions,  c.timeouts, c.corrupt,   c.refused_frames, c.foreign,
          c.noise_bytes,  c.late,     c.quarantines, c.reopened, c.bytes_out, c.bytes_in};
}

control::BusTally tally_buses(const AgentView& view) {
  control::BusTally tally;
  const std::array<std::uint32_t*, 4> places{&tally.unknown, &tally.up, &tally.silent, &tally.unavailable};
  for (std::uint32_t i = 0; i < view.site().buses.size(); ++i) {
    ++*places.at(static_cast<std::size_t>(view.bus_state(BusIndex{i}).health));
  }
  return tally;
}

control::DeviceTally tally_devices(const AgentView& view) {
  control::DeviceTally tally;
  const std::array<std::uint32_t*, 4> places{&tally.unknown, &tally.active, &tally.degraded, &tally.dormant};
  for (std::uint32_t i = 0; i < view.site().devices.size(); ++i) {
    ++*places.at(static_cast<std::size_t>(view.device_state(DeviceIndex{i}).health));
  }
  return tally;
}

control::PointTally tally_points(const AgentView& view, BootTime now) {
  control::PointTally tally;
  const std::array<std::uint32_t*, 3> places{&tally.good, &tally.uncertain, &tally.bad};
  for (std::uint32_t i = 0; i < view.site().points.size(); ++i) {
    ++*places.at(static_cast<std::size_t>(as_of(view.reading(PointIndex{i}), now).quality));
  }
  return tally;
}

control::FindingTally tally_findings(const AgentView& view) {
  control::FindingTally tally;
  const std::array<std::uint32_t*, 3> places{&tally.ordinary, &tally.major, &tally.preventive};
  for (const auto& finding : view.open_findings()) {
    // One that returned waits for somebody to see it, but nothing is broken any more.
    if (finding.active) ++*places.at(static_cast<std::size_t>(finding.fault_class));
    if (finding.state == AlarmState::unacknowledged || finding.state == AlarmState::returned) ++tally.unacknowledged;
  }
  return tally;
}

control::LearningTally tally_learning(const AgentView& view) {
  control::LearningTally tally;
  for (std::uint32_t i = 0; i < view.site().points.size(); ++i) {
    const auto learned = view.learned(PointIndex{i});
    if (!learned) continue;
    ++(*learned >= 1 ? tally.learned : tally.learning);
    tally.slowest = std::min(tally.slowest, *learned);
  }
  return tally;
}

std::optional<double> learned(const AgentView& view, const Device& device) {
  std::optional<double> slowest;
  for (std::size_t i = 0; i < device.point_count; ++i) {
    const auto learned = view.learned(PointIndex(at(device.first_point) + i));
    if (learned) slowest = std::min(slowest.value_or(1), *learned);
  }
  return slowest;
}

char parity_letter(drivers::Parity parity) {
  static constexpr std::array<char, 3> letters{'N', 'E', 'O'};
  return letters.at(static_cast<std::size_t>(parity));
}

struct TransportText {
  std::string operator()(const SerialLine& line) const {
    return line.port + ' ' + std::to_string(line.baud) + " 8" + parity_letter(line.parity) +
           std::to_string(line.stop_bits) + (line.rs485 ? " RS-485" : "");
  }
  std::string operator()(const TcpEndpoint& tcp) const { return "tcp " + tcp.host + ':' + std::to_string(tcp.port); }
  std::string operator()(const UsbPort& usb) const { return "usb " + usb.port; }
};

}  // namespace

control::Status status_of(const AgentView& view, const control::SocketState& socket) {
  const auto& site = view.site();
  const auto now = view.now();
  const auto facts = view.facts();
  control::Status status;
  status.version = facts.version;
  status.site = site.name;
  status.site_title = site.title;
  status.gateway = site.gateway;
  status.now = now.wall;
  status.clock = now.trust;
  status.uptime = between(facts.started, now.boot);
  status.buses = tally_buses(view);
  status.devices = tally_devices(view);
  status.points = tally_points(view, now.boot);
  status.findings = tally_findings(view);
  status.learning = tally_learning(view);
  const auto& s = facts.store;
  status.store = {s.commits,          s.commit_failures, s.readings_gathered, s.readings_stored,
                  s.readings_dropped, s.history_bytes,   s.degraded};
  for (const auto& beat : facts.heartbeats) status.threads.push_back({beat.thread, between(beat.at, now.boot)});
  status.socket = socket;
  status.config_warning = facts.config_warning;
  status.exam = view.exam();
  return status;
}

std::vector<control::BusRow> bus_rows(const AgentView& view) {
  const auto& site = view.site();
  std::vector<control::BusRow> rows;
  for (std::uint32_t i = 0; i < site.buses.size(); ++i) {
    const auto state = view.bus_state(BusIndex{i});
    const auto devices = std::count_if(site.devices.begin(), site.devices.end(),
                                       [i](const Device& device) { return at(device.bus) == i; });
    rows.push_back({site.buses[i].name, site.buses[i].title, transport_text(site.buses[i]), state.health,
                    state.utilisation, static_cast<std::uint32_t>(devices), counters_of(state.counters)});
  }
  return rows;
}

std::vector<control::DeviceRow> device_rows(const AgentView& view) {
  const auto& site = view.site();
  const auto now = view.now().boot;
  std::map<std::string, std::uint32_t, std::less<>> open;
  for (const auto& finding : view.open_findings()) {
    // As the status counts: what went away and waits for somebody to see it is broken no more.
    if (finding.active) ++open[finding.id.device];
  }
  std::vector<control::DeviceRow> rows;
  for (std::uint32_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    const auto state = view.device_state(DeviceIndex{i});
    control::DeviceRow row;
    row.name = device.name;
    row.title = device.title;
    row.bus = site.buses[at(device.bus)].name;
    row.unit = device.unit;
    row.model = site.profiles[device.profile].model;
    row.health = state.health;
    if (state.last_answer) row.last_answer_age = between(*state.last_answer, now);
    row.points = static_cast<std::uint32_t>(device.point_count);
    if (const auto found = open.find(device.name); found != open.end()) row.open_findings = found->second;
    row.learned = learned(view, device);
    rows.push_back(std::move(row));
  }
  return rows;
}

control::ReadingRow reading_row(const Reading& reading, const Moment& now) {
  const auto shown = as_of(reading, now.boot);
  control::ReadingRow row;
  row.quality = shown.quality;
  row.reason = shown.reason;
  // A bad reading's value is meaningless and must not be shown as if it were one.
  if (shown.quality != Quality::bad && std::isfinite(shown.value)) row.value = shown.value;
  if (shown.reason == Reason::never_read) return row;
  row.measured_at = shown.measured_at.wall;
  row.clock = shown.measured_at.trust;
  row.age = between(shown.measured_at.boot, now.boot);
  row.good_until = now.wall + duration_cast<milliseconds>(shown.good_until - now.boot);
  return row;
}

control::PointRow point_row(const AgentView& view, const Reading& reading) {
  const auto& site = view.site();
  const auto& spec = site.spec(reading.point);
  return {site.device_of(reading.point).name, spec.name, spec.title, spec.unit, std::string(role_name(spec.role)),
          reading_row(reading, view.now())};
}

control::TraceHead trace_head(const AgentView& view, BusIndex number) {
  const auto& site = view.site();
  const auto& bus = site.buses[at(number)];
  const auto* serial = std::get_if<SerialLine>(&bus.transport);
  const auto now = view.now();
  control::TraceHead head;
  head.site = site.name;
  head.bus = bus.name;
  head.title = bus.title;
  head.transport = transport_text(bus);
  head.mode = bus.mode == BusMode::listen ? "listen" : "master";
  head.framing = serial != nullptr ? "rtu" : "tcp";
  head.baud = serial != nullptr ? serial->baud : 0;
  head.started = now.wall;
  head.us = trace_microseconds(now.boot);
  for (const auto& device : site.devices) {
    if (device.bus == number) head.devices.push_back({device.unit, device.name, device.title});
  }
  return head;
}

control::HistoryRow history_row(const HistoryEntry& entry) {
  control::HistoryRow row{entry.at, std::nullopt, entry.quality, entry.reason};
  if (entry.quality != Quality::bad && std::isfinite(entry.value)) row.value = entry.value;
  return row;
}

std::string transport_text(const Bus& bus) {
  return std::visit(TransportText{}, bus.transport) + (bus.mode == BusMode::listen ? " listen" : "");
}

}  // namespace inspect::agent
