#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/culprit.hpp"
#include "firmware-agent/detection/link_state.hpp"
#include "protocol/model/health.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspect::agent {

/// Says who is to blame when questions stay unanswered or answers arrive spoilt: by how questions end and by what the
/// wire showed meanwhile. Pure.
///
/// Silence is two time-outs in a row. It makes a device suspect and is told of it only when the device goes on missing
/// questions between answers of its neighbours (see LineEvidence); devices that fell silent at the same instant are one
/// finding (see common_onset), and if all are silent, the bus is at fault. What spoils answers is named by its pattern
/// (see name_trouble). What a finding explains is not told beside it. Silence closes on two answers in a row.
class LinkWatch {
 public:
  explicit LinkWatch(const Site& site);

  /// A finding was open when the process last ran. `supply`: of supply_lost, into `supplies`.
  void restore(LinkFault fault, BusIndex bus, DeviceIndex device, std::size_t supply = 0);
  /// The device has never answered, in this run or any before: its silence speaks of its address.
  void newcomer(DeviceIndex device) { devices_[at(device)].newcomer = !devices_[at(device)].alive_at; }
  void take(const DeviceAttempt& attempt, LinkSteps& out);
  void bus_available(BusIndex bus, bool available, std::string why, const Moment& now);
  void tick(const Moment& now, LinkSteps& out);

  /// The device cannot be seen: what it says or does not say opens and closes nothing.
  [[nodiscard]] bool behind(DeviceIndex device) const;
  [[nodiscard]] bool bus_at_fault(BusIndex bus) const;
  /// The line spoils answers, and is told to.
  [[nodiscard]] bool bus_spoils(BusIndex bus) const;
  [[nodiscard]] bool silent(DeviceIndex device) const;
  /// Last sign of life since the start; nothing: none.
  [[nodiscard]] const std::optional<Moment>& alive_at(DeviceIndex device) const {
    return devices_[at(device)].alive_at;
  }
  [[nodiscard]] unsigned timeouts(DeviceIndex device) const { return devices_[at(device)].timeouts; }
  [[nodiscard]] const std::string& why_unavailable(BusIndex bus) const { return buses_[at(bus)].why; }
  [[nodiscard]] const std::vector<DeviceIndex>& devices_on(BusIndex bus) const { return buses_[at(bus)].devices; }
  /// Every supply that the site names, once.
  [[nodiscard]] const std::vector<std::string>& supplies() const { return supplies_; }

 private:
  void alive(const DeviceAttempt& attempt, bool answered, LinkSteps& out);
  void silent(const DeviceAttempt& attempt, LinkSteps& out);
  void refusing(const DeviceAttempt& attempt, LinkSteps& out);
  void spoilt(const DeviceAttempt& attempt);
  void take_signs(const DeviceAttempt& attempt, LinkSteps& out);
  void restate_slow(DeviceIndex device, LinkSteps& out);
  void recover(DeviceIndex device, const Moment& now, LinkSteps& out);
  void recover_bus(DeviceIndex device, const Moment& now, LinkSteps& out);
  [[nodiscard]] bool spoils_no_more(const BusLink& bus, BootTime now) const;
  [[nodiscard]] std::optional<DeviceIndex> device_of(BusIndex bus, std::uint8_t unit) const;

  // link_ports.cpp
  [[nodiscard]] Moment silent_since(const BusLink& bus, const Moment& now) const;
  void tick_port(BusIndex bus, const Moment& now, LinkSteps& out);
  void tick_strangers(BusIndex bus, const Moment& now, LinkSteps& out);

  // link_trouble.cpp
  void judge_trouble(BusIndex bus, const Moment& now, LinkSteps& out);
  void judge_flapping(BusIndex bus, const Moment& now, LinkSteps& out);
  [[nodiscard]] std::vector<Suffering> suffering_on(const BusLink& bus) const;
  [[nodiscard]] bool damages(const BusLink& bus) const;
  [[nodiscard]] bool answers_stray(const BusLink& bus, BootTime now) const;
  void take_moved(const BusLink& bus, LinkStep& step) const;

  // link_silence.cpp
  void judge_silence(BusIndex bus, const Moment& now, LinkSteps& out);
  void open_down(BusIndex bus, const Moment& now, LinkSteps& out);
  void accuse(DeviceIndex device, const Moment& now, LinkSteps& out);
  void open_group(const Onset& onset, DeviceIndex first, const Moment& now, LinkSteps& out);
  void open_alone(DeviceIndex device, const Moment& now, LinkSteps& out);
  void leave_group(DeviceIndex device, const Moment& now, LinkSteps& out);
  [[nodiscard]] bool line_silent(const BusLink& bus) const;
  [[nodiscard]] bool convicted(const BusLink& bus, DeviceIndex device, BootTime now) const;
  [[nodiscard]] std::vector<Silence> silences(BusIndex bus, const std::string& supply) const;
  [[nodiscard]] SilentGroup* group_of(DeviceIndex device);
  [[nodiscard]] SilentGroup* group_that_holds(DeviceIndex device);
  /// Another device of the bus began to be spoilt at the instant this one fell silent: it may have taken its address.
  [[nodiscard]] std::optional<DeviceIndex> moved_to(DeviceIndex device) const;
  void ask_suspects(const BusLink& bus, BootTime now, LinkSteps& out);
  void ask_neighbours(const DeviceAttempt& attempt, LinkSteps& out) const;
  void forget_silence(BusLink& bus);

  std::vector<DeviceLink> devices_;
  std::vector<BusLink> buses_;
  std::vector<SilentGroup> groups_;
  std::vector<BusIndex> bus_of_;
  std::vector<std::uint8_t> unit_of_;
  std::vector<std::string> supply_of_;
  std::vector<std::string> supplies_;
};

}  // namespace inspect::agent
