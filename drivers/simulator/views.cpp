#include "drivers/simulator/views.hpp"

#include <fmt/format.h>

namespace inspect::sim {

namespace {

std::string_view name(LineState state) {
  switch (state) {
    case LineState::whole: return "whole";
    case LineState::cut: return "cut";
    case LineState::unplugged: return "unplugged";
  }
  return "?";
}

std::vector<std::string> faults_of(const Device& device) {
  std::vector<std::string> faults;
  for (const auto& fault : device.faults().all()) faults.push_back(describe(fault));
  for (const auto& relay : device.relays()) {
    if (relay.welded) faults.push_back("welded " + relay.name);
    if (relay.no_pull_in) faults.push_back("no-pull-in " + relay.name);
  }
  for (const auto& point : device.stuck()) faults.push_back("stuck " + point);
  for (const auto& point : device.drifting()) faults.push_back("drift " + point);
  return faults;
}

std::vector<std::string> faults_of(const Line& line) {
  std::vector<std::string> faults;
  if (line.bit_errors > 0) faults.push_back(fmt::format("noise {:g}", line.bit_errors));
  if (line.echo) faults.emplace_back("echo");
  if (line.rival) faults.push_back(fmt::format("master {} ms", line.rival->count()));
  return faults;
}

std::string joined(const std::vector<std::string>& faults) { return fmt::format("{}", fmt::join(faults, "; ")); }

DeviceView view(Device& device, bool values, BootTime now) {
  const auto& setup = device.setup();
  DeviceView view{setup.name, setup.profile.model, setup.line, setup.unit, faults_of(device), device.counters(), {}};
  if (!values) return view;
  for (const auto& point : setup.profile.points) {
    view.points.push_back({point.name, device.value(point.name, now), point.unit});
  }
  return view;
}

std::string place_of(const LineSetup& line) {
  switch (line.kind) {
    case LineKind::rtu: return fmt::format("{}, {} baud", line.pty, line.format.baud);
    case LineKind::tcp: return fmt::format("127.0.0.1:{}", line.port);
    case LineKind::usb: return fmt::format("USB {}, by USB/IP at 127.0.0.1:{}", line.usb, line.port);
  }
  return {};
}

std::string text_of(const Reply& reply) {
  std::string text;
  for (const auto& line : reply.lines) {
    text += fmt::format("{:<12} {:<10} {}{}\n", line.name, line.state, place_of(line.setup),
                        line.faults.empty() ? "" : "  BROKEN: " + joined(line.faults));
  }
  for (const auto& device : reply.devices) {
    text += fmt::format("{:<12} {:<24} {} unit {:<4} {}\n", device.name, device.model, device.line, device.unit,
                        device.faults.empty() ? "healthy" : "BROKEN: " + joined(device.faults));
    for (const auto& point : device.points) {
      text += fmt::format("  {:<28} {:>12.10g} {}\n", point.name, point.value, point.unit);
    }
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

Reply look(Site& site, const std::string& device, bool values, BootTime now) {
  Reply reply;
  for (const auto& line : site.lines()) {
    if (device.empty())
      reply.lines.push_back(
          {line.setup.name, line.setup, std::string(name(line.state)), faults_of(line), line.counters});
  }
  for (auto& each : site.devices()) {
    if (device.empty() || each.setup().name == device) reply.devices.push_back(view(each, values, now));
  }
  reply.exam = site.exam_runs();
  reply.text = text_of(reply);
  return reply;
}

}  // namespace inspect::sim
