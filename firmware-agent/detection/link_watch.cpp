#include "firmware-agent/detection/link_watch.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr unsigned silent_after = 2;  ///< time-outs in a row
constexpr unsigned mended_after = 2;  ///< answers in a row
constexpr auto line_silent_for = 1s;  ///< all devices, from the first time-out to the last
/// A line with only one device left that could answer is judged by that one alone, so for longer, …
constexpr auto last_one_silent_for = 2s;
constexpr unsigned last_one_silent_after = 3;
/// … and one that is told to be interrupted again and again is told to be down only when that is something else.
constexpr auto flapping_line_silent_for = 5s;
constexpr unsigned refused_after = 3;   ///< exceptions, at least half of what came back …
constexpr auto refused_for = 5s;        ///< … and lasting: a refused block that is being split refuses several times
constexpr unsigned refused_memory = 8;  ///< so many answers in a row end what was shorter than that
constexpr auto busy_for = 60s;          ///< "busy" is an honest answer for a while, but not for ever

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
    devices_[i].seat = bus.devices.size();
    bus.devices.push_back(DeviceIndex(i));
  }
  for (auto& bus : buses_) bus.evidence = LineEvidence(bus.devices.size());
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
  // A neighbour was heard: now the silence of the others would prove something.
  if (devices_[at(attempt.device)].alive > 0) ask_suspects(buses_[at(attempt.bus)], out);
}

void LinkWatch::alive(const DeviceAttempt& attempt, bool answered, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  // One answer that never came, between two that did: not silence, but trouble.
  if (device.timeouts > 0 && device.timeouts < silent_after) count_trouble(attempt, out);
  device.timeouts = 0;
  device.asked = false;
  device.alive_at = attempt.at;
  auto& bus = buses_[at(attempt.bus)];
  bus.evidence.heard(device.seat, attempt.at);
  ++device.alive;
  if (device.trouble > 0) --device.trouble;
  if (answered) {
    ++device.answered;
    outweigh(device);
    bus.answered_since = true;
  }
  judge_flapping(attempt.bus, attempt.at, out);
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
    bus.evidence.line_was_down(now.boot);
    // Who stays silent now has a fault of its own, and is asked at once.
    for (const auto other : bus.devices) {
      if (other != index) out.ask.push_back(other);
    }
  }
  if (device.no_answer && device.alive >= mended_after) close(device.no_answer, LinkFault::no_answer);
  if (device.refused && refuses_no_more(device)) {
    close(device.refused, LinkFault::refused);
    forget_refusals(device);
  }
  if (device.degraded && device.trouble == 0) close(device.degraded, LinkFault::degraded);
  if (bus.degraded && !bus.evidence.shaken(now.boot) &&
      std::all_of(bus.devices.begin(), bus.devices.end(), [this](auto d) { return devices_[at(d)].trouble == 0; })) {
    close(bus.degraded, LinkFault::bus_degraded);
  }
}

void LinkWatch::silent(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  auto& bus = buses_[at(attempt.bus)];
  device.alive = device.answered = 0;
  device.asked = false;
  if (++device.timeouts == 1) device.first_timeout = attempt.at;
  if (device.no_answer || bus.down) return;
  bus.evidence.missed(device.seat, attempt.at);
  if (device.timeouts >= silent_after && !bus_at_fault(attempt.bus)) ask_neighbours(attempt, out);
}

void LinkWatch::ask_neighbours(const DeviceAttempt& attempt, LinkSteps& out) const {
  const auto& bus = buses_[at(attempt.bus)];
  const auto may_answer = [&](DeviceIndex d) {
    return d != attempt.device && devices_[at(d)].timeouts < silent_after && !devices_[at(d)].no_answer;
  };
  if (devices_[at(attempt.device)].timeouts == silent_after) {
    std::copy_if(bus.devices.begin(), bus.devices.end(), std::back_inserter(out.ask), may_answer);
  } else if (const auto last = bus.evidence.last_heard(); last && may_answer(bus.devices[*last])) {
    out.ask.push_back(bus.devices[*last]);
  }
}

void LinkWatch::ask_suspects(const BusLink& bus, LinkSteps& out) {
  if (bus.down) return;
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    if (link.no_answer || link.asked || link.timeouts < silent_after) continue;
    link.asked = true;
    out.ask.push_back(d);
  }
}

void LinkWatch::refusing(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  if (++device.refusals == 1) device.first_refusal = attempt.at;
  device.refused_more = std::min(device.refused_more + 1, refused_memory);
  device.longest_answered = std::max(device.longest_answered, device.refusals == 1 ? 0 : device.answered);
  device.answered = 0;
  alive(attempt, false, out);
  if (device.refused || device.refusals < refused_after) return;
  const auto patience = attempt.failure == Errc::device_busy ? busy_for : refused_for;
  if (attempt.at.boot - device.first_refusal.boot < patience) return;
  device.refused = true;
  out.steps.push_back({LinkFault::refused, true, attempt.bus, attempt.device, device.first_refusal, device.refusals});
}

/// An answer among refusals: as long as half or more of all questions are refused, it is still the same trouble.
void LinkWatch::outweigh(DeviceLink& device) {
  if (device.refused || device.refusals == 0) return;
  if (device.refused_more == 0) {
    forget_refusals(device);
  } else {
    --device.refused_more;
  }
}

/// Whoever refuses two blocks of four answers two in a row in every round: that many are no sign of mending.
bool LinkWatch::refuses_no_more(const DeviceLink& device) {
  return device.answered >= std::max(mended_after, device.longest_answered + 1);
}

void LinkWatch::forget_refusals(DeviceLink& device) {
  device.refusals = 0;
  device.refused_more = 0;
  device.longest_answered = 0;
}

void LinkWatch::corrupt(const DeviceAttempt& attempt, LinkSteps& out) {
  auto& device = devices_[at(attempt.device)];
  device.alive = device.answered = 0;
  device.timeouts = 0;
  buses_[at(attempt.bus)].evidence.drop(device.seat);
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
  // One device lost the most on a line that was interrupted: chance, until it goes on when the line is quiet.
  if (!line && bus.evidence.shaken(attempt.at.boot)) return;
  (line ? bus.degraded : device.degraded) = true;
  out.steps.push_back({line ? LinkFault::bus_degraded : LinkFault::degraded, true, attempt.bus, attempt.device,
                       device.first_trouble,
                       line ? static_cast<unsigned>(suffering) : device.trouble / trouble_weight});
}

bool LinkWatch::silent(DeviceIndex index) const {
  const auto& link = devices_[at(index)];
  return link.timeouts >= silent_after || (link.no_answer && link.alive == 0);
}

bool LinkWatch::line_silent(const BusLink& bus) const {
  if (bus.devices.size() < 2) return false;
  std::size_t able = 0;  // to answer, as far as is known
  unsigned fewest = last_one_silent_after;
  for (const auto d : bus.devices) {
    if (!silent(d)) return false;
    const auto& link = devices_[at(d)];
    if (link.no_answer) continue;
    ++able;
    fewest = std::min(fewest, bus.evidence.misses(link.seat));
  }
  const auto lasted = bus.evidence.silence();
  if (bus.degraded && lasted < flapping_line_silent_for) return false;
  if (able == 1) return fewest >= last_one_silent_after && lasted >= last_one_silent_for;
  return able > 1 && fewest >= silent_after && lasted >= line_silent_for;
}

void LinkWatch::judge_silence(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  if (bus_at_fault(bus_index)) return;
  if (line_silent(bus)) {
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
    if (link.no_answer || !bus.evidence.convicts(link.seat, now.boot)) continue;
    link.no_answer = true;
    out.steps.push_back({LinkFault::no_answer, true, bus_index, d, link.first_timeout, link.timeouts,
                         bus.evidence.heard_since(link.seat)});
    bus.evidence.drop(link.seat);
  }
}

void LinkWatch::judge_flapping(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  if (bus.degraded || bus_at_fault(bus_index)) return;
  const auto since = bus.evidence.flapping(now.boot);
  if (!since) return;
  bus.degraded = true;
  out.steps.push_back(
      {LinkFault::bus_degraded, true, bus_index, {}, *since, static_cast<unsigned>(bus.devices.size())});
}

void LinkWatch::forget_silence(BusLink& bus) {
  bus.evidence.forget();
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    link.timeouts = 0;
    link.asked = false;
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
  // What a device answers that refuses only half of its questions is as true as ever.
  return device.no_answer || (device.refused && device.answered == 0) || bus_at_fault(bus_of_[at(index)]);
}

}  // namespace inspect::agent
