#include "firmware-agent/detection/link_watch.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr unsigned mended_after = 2;  ///< answers in a row

/// A noisy line is well when at most one answer in so many is lost or damaged.
constexpr unsigned noise_gone = 50;

}  // namespace

LinkWatch::LinkWatch(const Site& site)
    : devices_(site.devices.size()), buses_(site.buses.size()), supply_of_(site.devices.size()) {
  for (std::size_t i = 0; i < site.buses.size(); ++i) {
    buses_[i].tcp = std::holds_alternative<TcpEndpoint>(site.buses[i].transport);
  }
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    bus_of_.push_back(device.bus);
    unit_of_.push_back(device.unit);
    auto& bus = buses_[at(device.bus)];
    if (!device.supply.empty() && std::find(supplies_.begin(), supplies_.end(), device.supply) == supplies_.end()) {
      supplies_.push_back(device.supply);
    }
    if (device.point_count == 0) continue;  // never asked, so its silence says nothing
    supply_of_[i] = device.supply;
    devices_[i].seat = bus.devices.size();
    bus.devices.push_back(DeviceIndex(i));
  }
  for (auto& bus : buses_) bus.evidence = LineEvidence(bus.devices.size());
}

void LinkWatch::restore(LinkFault fault, BusIndex bus_index, DeviceIndex device, std::size_t supply) {
  auto& bus = buses_[at(bus_index)];
  const auto of_group = [&](DeviceIndex d, SilentGroup& group) {
    group.members.push_back(d);
    devices_[at(d)].silence = fault;
  };
  switch (fault) {
    case LinkFault::no_answer:
    case LinkFault::wrong_address:
      devices_[at(device)].silence = fault;
      devices_[at(device)].silence_own = true;
      return;
    case LinkFault::refused: devices_[at(device)].refusals.hold_open(); return;
    case LinkFault::slow:
    case LinkFault::conflict:
    case LinkFault::wrong_format:
    case LinkFault::degraded: devices_[at(device)].spoilt = fault; return;
    case LinkFault::bus_down:
      if (!bus.tcp) {
        bus.down = true;
        return;
      }
      [[fallthrough]];  // a connection that is silent and one that cannot be made are one finding
    case LinkFault::bus_unavailable:
      bus.unavailable = true;
      bus.available = false;
      return;
    case LinkFault::bus_degraded:
    case LinkFault::bus_noise:
    case LinkFault::bus_wrong_format: bus.spoilt = fault; return;
    case LinkFault::echo: bus.echo = true; return;
    case LinkFault::second_master: bus.second_master = true; return;
    case LinkFault::branch_cut:
    case LinkFault::supply_lost: break;
  }
  // Which of them were silent is not remembered: each leaves the group by answering.
  SilentGroup group{fault, bus_index, supply, {BootTime::min(), BootTime::min(), {}, true}, {}};
  for (std::size_t i = 0; i < buses_.size(); ++i) {
    for (const auto d : buses_[i].devices) {
      const bool member =
          fault == LinkFault::branch_cut ? BusIndex(i) == bus_index : supply_of_[at(d)] == supplies_[supply];
      if (member) of_group(d, group);
    }
  }
  groups_.push_back(std::move(group));
}

void LinkWatch::take(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  if (attempt.failure == Errc::bus_unavailable) {
    if (buses_[at(attempt.bus)].available) bus_available(attempt.bus, false, {}, attempt.at);
    return;
  }
  // Whatever else came back: there was a port to ask through.
  if (!buses_[at(attempt.bus)].available) bus_available(attempt.bus, true, {}, attempt.at);

  const auto& signs = attempt.signs;
  take_signs(attempt, out);
  // Held back by us: the device was not even asked.
  if (attempt.failure == Errc::device_busy && signs.held_back > 0) return;
  if (!attempt.failure) {
    device.log.take(attempt);
    alive(attempt, true, out);
  } else {
    switch (*attempt.failure) {
      case Errc::timeout:
        device.log.take(attempt);
        if (signs.damaged + signs.garbled > 0) {
          spoilt(attempt);
        } else {
          silent(attempt, out);
        }
        break;
      case Errc::corrupt_frame:
        device.log.take(attempt);
        spoilt(attempt);
        break;
      case Errc::device_busy:
      case Errc::device_refused:
      case Errc::unsupported_point:
        device.log.take(attempt);
        refusing(attempt, out);
        break;
      default: return;  // says nothing about the device
    }
  }
  const bool telling = attempt.failure || signs.doubled + signs.late > 0 || device.troubled();
  if (telling) judge_trouble(attempt.bus, attempt.at, out);
  judge_silence(attempt.bus, attempt.at, out);
  // A neighbour was heard: now the silence of the others would prove something.
  if (device.alive > 0) ask_suspects(buses_[at(attempt.bus)], attempt.at.boot, out);
}

std::optional<DeviceIndex> LinkWatch::device_of(BusIndex bus, std::uint8_t unit) const {
  for (const auto d : buses_[at(bus)].devices) {
    if (unit_of_[at(d)] == unit) return d;
  }
  return std::nullopt;
}

void LinkWatch::take_signs(const DeviceAttempt& attempt, LinkSteps& out) {
  const auto& signs = attempt.signs;
  auto& bus = buses_[at(attempt.bus)];
  bus.strangers.take(signs, !attempt.failure, attempt.at);
  if (signs.foreign > 0 || signs.echoes > 0 || bus.echo || bus.second_master) {
    tick_strangers(attempt.bus, attempt.at, out);
  }
  if (signs.late > 0) {
    if (const auto slow = device_of(attempt.bus, signs.late_unit)) {
      auto& link = devices_[at(*slow)];
      link.log.mark(Trace::late);
      link.late_at = bus.late_at = attempt.at.boot;
      link.late_by = signs.late_by;
      ++link.lates;
      restate_slow(*slow, out);
    }
  }
  if (signs.doubled > 0) {
    if (const auto twice = device_of(attempt.bus, signs.doubled_unit)) {
      auto& link = devices_[at(*twice)];
      link.log.mark(Trace::doubled);
      link.suffer(attempt.at);
    }
  }
  if (signs.other_unit > 0 && attempt.failure) {
    auto& link = devices_[at(attempt.device)];
    link.other_unit = signs.other_unit_number;
  }
}

/// It was told to be silent, and now its answers come, too late.
void LinkWatch::restate_slow(DeviceIndex index, LinkSteps& out) {
  auto& link = devices_[at(index)];
  if (link.silence != LinkFault::no_answer || !link.silence_own || link.restated) return;
  link.restated = true;
  LinkStep step{LinkFault::slow, true, bus_of_[at(index)], index, link.first_timeout, link.timeouts};
  step.numbers.late = link.lates;
  step.numbers.late_by = link.late_by;
  step.told_as = LinkFault::no_answer;
  out.steps.push_back(std::move(step));
}

void LinkWatch::alive(const DeviceAttempt& attempt, bool answered, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  // One answer that never came, between two that did: not silence, but trouble.
  if (device.timeouts > 0 && device.timeouts < misses_to_be_silent) device.suffer(attempt.at);
  device.timeouts = 0;
  device.asked = false;
  device.convicted_at.reset();
  device.alive_at = attempt.at;
  device.came_at = attempt.at.boot;
  device.newcomer = false;
  auto& bus = buses_[at(attempt.bus)];
  bus.evidence.heard(device.seat, attempt.at);
  ++device.alive;
  if (device.trouble > 0) --device.trouble;
  if (answered) {
    device.refusals.answered();
    bus.answered_since = true;
    bus.gone.reset();
  }
  judge_flapping(attempt.bus, attempt.at, out);
  recover(attempt.device, attempt.at, out);
}

void LinkWatch::recover(DeviceIndex index, const Moment& now, LinkSteps& out) {
  auto& device = devices_[at(index)];
  const auto close = [&](LinkFault fault) { out.steps.push_back({fault, false, bus_of_[at(index)], index, now, 0}); };
  recover_bus(index, now, out);
  // Who answers late as a rule answers some questions by the answer to the one before.
  const bool in_time = !device.late_at || now.boot - *device.late_at >= late_disturbs;
  const bool mended = device.alive >= mended_after && in_time;
  if (mended) device.lates = 0;
  if (device.silence && mended) {
    if (device.silence_own) close(*device.silence);
    leave_group(index, now, out);
    device.silence.reset();
    device.silence_own = false;
    device.restated = false;
  }
  if (device.refusals.closes()) close(LinkFault::refused);
  if (device.spoilt && mended && device.trouble == 0) {
    close(*device.spoilt);
    device.spoilt.reset();
  }
}

void LinkWatch::recover_bus(DeviceIndex index, const Moment& now, LinkSteps& out) {
  const auto bus_index = bus_of_[at(index)];
  auto& bus = buses_[at(bus_index)];
  if (bus.down && devices_[at(index)].alive >= mended_after) {
    bus.down = false;
    out.steps.push_back({LinkFault::bus_down, false, bus_index, index, now, 0});
    forget_silence(bus);
    bus.evidence.line_was_down(now.boot);
    // Who stays silent now has a fault of its own, and is asked at once.
    for (const auto other : bus.devices) {
      if (other != index) out.ask.push_back(other);
    }
  }
  if (bus.spoilt && spoils_no_more(bus, now.boot)) {
    out.steps.push_back({*bus.spoilt, false, bus_index, index, now, 0});
    bus.spoilt.reset();
  }
}

bool LinkWatch::spoils_no_more(const BusLink& bus, BootTime now) const {
  if (bus.evidence.shaken(now)) return false;
  unsigned asked = 0;
  unsigned failed = 0;
  for (const auto d : bus.devices) {
    const auto& link = devices_[at(d)];
    if (link.trouble > 0) return false;
    if (link.silence) continue;
    asked += link.log.asked();
    failed += link.log.failed();
  }
  // A noise that spoils one answer in ten leaves every device's leaky count at nothing most of the time.
  return bus.spoilt != LinkFault::bus_noise || failed * noise_gone <= asked;
}

void LinkWatch::silent(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  auto& bus = buses_[at(attempt.bus)];
  device.alive = 0;
  device.refusals.interrupted();
  device.asked = false;
  if (++device.timeouts == 1) device.first_timeout = attempt.at;
  if (attempt.signs.other_unit > 0) device.log.mark(Trace::other_unit);
  if (device.silence || bus.down) return;
  bus.evidence.missed(device.seat, attempt.at);
  if (device.timeouts >= misses_to_be_silent && !bus_at_fault(attempt.bus)) ask_neighbours(attempt, out);
}

void LinkWatch::refusing(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& refusals = devices_[at(attempt.device)].refusals;
  refusals.refused(attempt.at);
  alive(attempt, false, out);
  if (!refusals.opens(attempt.at.boot, attempt.failure == Errc::device_busy)) return;
  out.steps.push_back({LinkFault::refused, true, attempt.bus, attempt.device, refusals.since(), refusals.count()});
}

void LinkWatch::spoilt(const DeviceAttempt& attempt) {
  auto& device = devices_[at(attempt.device)];
  device.alive = 0;
  device.refusals.interrupted();
  device.timeouts = 0;
  device.convicted_at.reset();
  device.came_at = attempt.at.boot;
  buses_[at(attempt.bus)].evidence.drop(device.seat);
  device.suffer(attempt.at);
}

void LinkWatch::tick(const Moment& now, LinkSteps& out) {
  for (std::size_t i = 0; i < buses_.size(); ++i) {
    tick_port(BusIndex(i), now, out);
    tick_strangers(BusIndex(i), now, out);
    judge_silence(BusIndex(i), now, out);
    ask_suspects(buses_[i], now.boot, out);  // between two rounds nobody answers
  }
}

bool LinkWatch::bus_at_fault(BusIndex index) const {
  const auto& bus = buses_[at(index)];
  return bus.down || bus.unavailable || !bus.available;
}

bool LinkWatch::bus_spoils(BusIndex index) const {
  const auto& bus = buses_[at(index)];
  return bus.spoilt || bus.second_master;
}

bool LinkWatch::behind(DeviceIndex index) const {
  const auto& device = devices_[at(index)];
  // What a device answers that refuses only half of its questions is as true as ever.
  return device.silence || device.refusals.of_everything() || bus_at_fault(bus_of_[at(index)]);
}

}  // namespace inspect::agent
