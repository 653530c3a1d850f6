#include "firmware-agent/detection/link_watch.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr unsigned silent_after = 2;   ///< time-outs in a row
constexpr unsigned mended_after = 2;   ///< answers in a row
constexpr unsigned refused_after = 3;  ///< exceptions in a row …
constexpr auto refused_for = 5s;       ///< … and lasting: a refused block that is being split refuses several times
constexpr auto busy_for = 60s;         ///< "busy" is an honest answer for a while, but not for ever

/// A lost or damaged answer counts 4, a sound one takes 1 away: more than one in five opens sooner or later, three
/// damaged in a row at once, and it closes after a long run without any.
constexpr unsigned trouble_weight = 4;
constexpr unsigned trouble_opens = 12;
constexpr unsigned trouble_most = 24;

/// The poller has tried twice by then: a replugged adapter is back within this time.
constexpr auto unavailable_for = 1s;
/// A port that is open, but through which nothing has answered yet, is believed after this time.
constexpr auto available_for = 2s;

}  // namespace

LinkWatch::LinkWatch(const Site& site) : devices_(site.devices.size()), buses_(site.buses.size()) {
  bus_of_.reserve(site.devices.size());
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto& device = site.devices[i];
    bus_of_.push_back(device.bus);
    auto& bus = buses_[at(device.bus)];
    if (device.point_count == 0) continue;  // never asked, so its silence says nothing
    bus.devices.push_back(DeviceIndex(i));
    // Two questions to each neighbour, every one of them silent, are over by then.
    bus.patience += 2 * std::chrono::milliseconds(site.profiles[device.profile].limits.answer_ms);
  }
  for (auto& bus : buses_) bus.patience += 2s;
}

void LinkWatch::restore(LinkFault fault, BusIndex bus, DeviceIndex device) {
  switch (fault) {
    case LinkFault::no_answer: devices_[at(device)].no_answer = true; return;
    case LinkFault::refused: devices_[at(device)].refused = true; return;
    case LinkFault::degraded: devices_[at(device)].degraded = true; return;
    case LinkFault::bus_down: buses_[at(bus)].down = true; return;
    case LinkFault::bus_degraded: buses_[at(bus)].degraded = true; return;
    case LinkFault::bus_unavailable:
      buses_[at(bus)].unavailable = true;
      buses_[at(bus)].available = false;
      return;
  }
}

void LinkWatch::take(const DeviceAttempt& attempt, LinkSteps& out) {
  if (attempt.failure == Errc::bus_unavailable) {
    if (buses_[at(attempt.bus)].available) bus_available(attempt.bus, false, {}, attempt.at);
    return;
  }
  // Whatever else came back: there was a port to ask through.
  if (!buses_[at(attempt.bus)].available) bus_available(attempt.bus, true, {}, attempt.at);

  if (!attempt.failure) {
    alive(attempt, true, out);
  } else {
    switch (*attempt.failure) {
      case Errc::timeout: silent(attempt, out); break;
      case Errc::corrupt_frame: corrupt(attempt, out); break;
      case Errc::device_busy:
      case Errc::device_refused:
      case Errc::unsupported_point: refusing(attempt, out); break;
      default: return;  // says nothing about the device
    }
  }
  judge_silence(attempt.bus, attempt.at, out);
}

void LinkWatch::alive(const DeviceAttempt& attempt, bool answered, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  // One answer that never came, between two that did: not silence, but trouble.
  if (device.timeouts > 0 && device.timeouts < silent_after) count_trouble(attempt, out);
  device.timeouts = 0;
  device.silent_at.reset();
  device.alive_at = attempt.at;
  ++device.alive;
  if (device.trouble > 0) --device.trouble;
  if (answered) {
    device.refusals = 0;
    ++device.answered;
    buses_[at(attempt.bus)].answered_since = true;
  }
  recover(attempt.device, attempt.at, out);
}

void LinkWatch::recover(DeviceIndex index, const Moment& now, LinkSteps& out) {
  auto& device = devices_[at(index)];
  const auto bus_index = bus_of_[at(index)];
  auto& bus = buses_[at(bus_index)];
  const auto close = [&](bool& open, LinkFault fault) {
    open = false;
    out.steps.push_back({fault, false, bus_index, index, now, 0});
  };
  if (bus.down && device.alive >= mended_after) {
    close(bus.down, LinkFault::bus_down);
    forget_silence(bus);
    // Who stays silent now has a fault of its own, and is asked at once.
    for (const auto other : bus.devices) {
      if (other != index) out.ask.push_back(other);
    }
  }
  if (device.no_answer && device.alive >= mended_after) close(device.no_answer, LinkFault::no_answer);
  if (device.refused && device.answered >= mended_after) close(device.refused, LinkFault::refused);
  if (device.degraded && device.trouble == 0) close(device.degraded, LinkFault::degraded);
  if (bus.degraded &&
      std::all_of(bus.devices.begin(), bus.devices.end(), [this](auto d) { return devices_[at(d)].trouble == 0; })) {
    close(bus.degraded, LinkFault::bus_degraded);
  }
}

void LinkWatch::silent(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  device.alive = device.answered = 0;
  if (++device.timeouts == 1) device.first_timeout = attempt.at;
  if (device.timeouts != silent_after) return;
  device.silent_at = attempt.at.boot;
  if (device.no_answer || bus_at_fault(attempt.bus)) return;
  for (const auto other : buses_[at(attempt.bus)].devices) {
    if (other != attempt.device && devices_[at(other)].timeouts < silent_after) out.ask.push_back(other);
  }
}

void LinkWatch::refusing(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  device.answered = 0;
  if (++device.refusals == 1) device.first_refusal = attempt.at;
  alive(attempt, false, out);
  if (device.refused || device.refusals < refused_after) return;
  const auto patience = attempt.failure == Errc::device_busy ? busy_for : refused_for;
  if (attempt.at.boot - device.first_refusal.boot < patience) return;
  device.refused = true;
  out.steps.push_back({LinkFault::refused, true, attempt.bus, attempt.device, device.first_refusal, device.refusals});
}

void LinkWatch::corrupt(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  device.alive = device.answered = 0;
  device.timeouts = 0;
  device.silent_at.reset();
  count_trouble(attempt, out);
}

void LinkWatch::count_trouble(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  auto& bus = buses_[at(attempt.bus)];
  if (device.trouble == 0) device.first_trouble = attempt.at;
  device.trouble = std::min(device.trouble + trouble_weight, trouble_most);
  if (device.trouble < trouble_opens || device.degraded || bus.degraded) return;

  const auto suffering = std::count_if(bus.devices.begin(), bus.devices.end(),
                                       [this](auto d) { return devices_[at(d)].trouble >= trouble_weight; });
  const bool line = suffering >= 2;
  (line ? bus.degraded : device.degraded) = true;
  out.steps.push_back({line ? LinkFault::bus_degraded : LinkFault::degraded, true, attempt.bus, attempt.device,
                       device.first_trouble,
                       line ? static_cast<unsigned>(suffering) : device.trouble / trouble_weight});
}

bool LinkWatch::silent(DeviceIndex index) const {
  const auto& link = devices_[at(index)];
  return link.timeouts >= silent_after || (link.no_answer && link.alive == 0);
}

bool LinkWatch::neighbour_alive(const BusLink& bus, DeviceIndex device, BootTime after) const {
  return std::any_of(bus.devices.begin(), bus.devices.end(), [&](DeviceIndex other) {
    const auto& link = devices_[at(other)];
    return other != device && link.alive_at && link.alive_at->boot > after;
  });
}

void LinkWatch::judge_silence(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  if (bus_at_fault(bus_index)) return;
  const auto is_silent = [this](DeviceIndex d) { return silent(d); };

  if (bus.devices.size() >= 2 && std::all_of(bus.devices.begin(), bus.devices.end(), is_silent)) {
    bus.down = true;
    // Dated by the first silence that is new; a device that was known to be dead says nothing about the line.
    auto since = now;
    for (const auto d : bus.devices) {
      const auto& link = devices_[at(d)];
      if (!link.no_answer && link.first_timeout.boot < since.boot) since = link.first_timeout;
    }
    out.steps.push_back({LinkFault::bus_down, true, bus_index, {}, since, static_cast<unsigned>(bus.devices.size())});
    return;
  }
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    if (link.no_answer || !link.silent_at) continue;
    const bool alone = bus.devices.size() == 1;
    const bool waited = now.boot - *link.silent_at >= bus.patience;
    const bool heard = neighbour_alive(bus, d, *link.silent_at);
    if (!alone && !waited && !heard) continue;
    link.no_answer = true;
    out.steps.push_back({LinkFault::no_answer, true, bus_index, d, link.first_timeout, link.timeouts, heard});
  }
}

void LinkWatch::forget_silence(BusLink& bus) {
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    link.timeouts = 0;
    link.silent_at.reset();
  }
}

void LinkWatch::bus_available(BusIndex index, bool available, std::string why, const Moment& now) {
  auto& bus = buses_[at(index)];
  if (!available && !why.empty()) bus.why = std::move(why);
  if (bus.available == available) return;
  bus.available = available;
  bus.changed = now;
  bus.answered_since = false;
  forget_silence(bus);
}

void LinkWatch::tick(const Moment& now, LinkSteps& out) {
  for (std::size_t i = 0; i < buses_.size(); ++i) {
    auto& bus = buses_[i];
    const auto lasted = now.boot - bus.changed.boot;
    if (!bus.available && !bus.unavailable && lasted >= unavailable_for) {
      bus.unavailable = true;
      out.steps.push_back({LinkFault::bus_unavailable, true, BusIndex(i), {}, bus.changed, 1});
    } else if (bus.available && bus.unavailable && (bus.answered_since || lasted >= available_for)) {
      bus.unavailable = false;
      out.steps.push_back({LinkFault::bus_unavailable, false, BusIndex(i), {}, now, 0});
    }
    judge_silence(BusIndex(i), now, out);
  }
}

bool LinkWatch::bus_at_fault(BusIndex index) const {
  const auto& bus = buses_[at(index)];
  return bus.down || bus.unavailable || !bus.available;
}

bool LinkWatch::behind(DeviceIndex index) const {
  const auto& device = devices_[at(index)];
  return device.no_answer || device.refused || bus_at_fault(bus_of_[at(index)]);
}

}  // namespace inspect::agent
