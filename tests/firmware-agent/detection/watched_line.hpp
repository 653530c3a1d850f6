#pragma once

#include "firmware-agent/detection/link_watch.hpp"

#include "tests/firmware-agent/detection/world.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace inspect::agent::world {

/// Buses of devices that are asked one after the other, a tenth of a second each, and what the link watch says to it.
/// Device i of the first bus has the unit i + 1, and so on for the next.
class WatchedLine {
 public:
  explicit WatchedLine(std::vector<std::size_t> devices_on, bool tcp = false, std::vector<std::string> supplies = {})
      : site_(site_of(devices_on, tcp, supplies)), links(site_) {}
  WatchedLine(const WatchedLine&) = delete;
  WatchedLine& operator=(const WatchedLine&) = delete;

  [[nodiscard]] Moment now() const { return moment(clock); }
  [[nodiscard]] BusIndex bus_of(std::size_t device) const { return site_.devices[device].bus; }

  void ask(std::size_t device, std::optional<Errc> failure = std::nullopt, LineSigns signs = {}) {
    clock += 100ms;
    take([&](LinkSteps& out) {
      links.take({DeviceIndex(device), bus_of(device), now(), failure, DeviceHealth::unknown, signs}, out);
    });
  }
  /// Rounds over all devices: those in `silent` do not answer.
  void rounds(int count, const std::vector<std::size_t>& silent = {}) {
    for (int round = 0; round < count; ++round) {
      for (std::size_t i = 0; i < site_.devices.size(); ++i) {
        const bool answers = std::find(silent.begin(), silent.end(), i) == silent.end();
        ask(i, answers ? std::nullopt : std::optional(Errc::timeout));
      }
    }
  }
  void wait(std::chrono::milliseconds span) {
    for (; span > 0ms; span -= 500ms) {
      clock += std::min<std::chrono::milliseconds>(span, 500ms);
      take([&](LinkSteps& out) { links.tick(now(), out); });
    }
  }
  void port(bool available) { links.bus_available(BusIndex{}, available, "refused", now()); }

  [[nodiscard]] std::size_t count(LinkFault fault, bool opens = true) const {
    return static_cast<std::size_t>(std::count_if(
        told.begin(), told.end(), [&](const LinkStep& s) { return s.fault == fault && s.opens == opens; }));
  }
  /// One finding was opened, this one.
  [[nodiscard]] bool only(LinkFault fault) const {
    return told.size() == 1 && told.front().opens && told.front().fault == fault;
  }

 private:
  template <class Call>
  void take(const Call& call) {
    LinkSteps out;
    call(out);
    told.insert(told.end(), out.steps.begin(), out.steps.end());
  }

  static Site site_of(const std::vector<std::size_t>& devices_on, bool tcp, const std::vector<std::string>& supplies) {
    Site site;
    site.profiles.emplace_back().limits.answer_ms = 200;
    for (const auto count : devices_on) {
      const auto bus = BusIndex(site.buses.size());
      site.buses.push_back({"line-" + std::to_string(at(bus) + 1), {"线", "Line"}, SerialLine{}});
      if (tcp) site.buses.back().transport = TcpEndpoint{};
      for (std::size_t i = 0; i < count; ++i) {
        Device device;
        device.name = "device-" + std::to_string(site.devices.size());
        device.bus = bus;
        device.unit = static_cast<std::uint8_t>(i + 1);
        device.point_count = 1;
        if (site.devices.size() < supplies.size()) device.supply = supplies[site.devices.size()];
        site.devices.push_back(device);
      }
    }
    return site;
  }

  Site site_;

 public:
  LinkWatch links;
  std::chrono::milliseconds clock{0};
  std::vector<LinkStep> told;
};

inline LineSigns signs_of(std::uint32_t LineSigns::*sign) {
  LineSigns signs;
  signs.*sign = 1;
  return signs;
}

}  // namespace inspect::agent::world
