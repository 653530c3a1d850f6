// The part of the link watch that judges silence: whose it is, and who fell silent with whom.

#include "firmware-agent/detection/link_watch.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

constexpr auto line_silent_for = 1s;  ///< all devices, from the first time-out to the last
/// A line with only one device left that could answer is judged by that one alone, so for longer, …
constexpr auto last_one_silent_for = 2s;
constexpr unsigned last_one_silent_after = 3;
/// … and one that is told to be interrupted again and again is told to be down only when that is something else.
constexpr auto flapping_line_silent_for = 5s;

/// A silence that noise, as seen on the neighbours, would bring about more often than this accuses nobody.
constexpr double chance_of_noise = 1e-6;
/// So long after its first miss a device must have missed a question, too: who restarts within a second is not dead;
/// and a silence must be told within 3 s.
constexpr std::chrono::milliseconds restarting{1100};
/// One late answer shows that the device lives, two that it is slow; if no other comes, it is dead after so many.
constexpr unsigned misses_after_late = 5;
/// While another master disturbs, questions are lost to collisions.
constexpr unsigned misses_disturbed = 12;
/// So long a conviction waits until it is known who fell silent with the device …
constexpr auto group_patience = 1s;
/// … and so long when others did: the whole group is one finding, and on a slow line it takes a round to show itself.
constexpr auto large_group_patience = 5s;
/// So long it waits for the name of what spoils the answers of another since the same instant.
constexpr auto name_patience = 60s;
/// Questions that are looked at for it.
constexpr unsigned lately = 4;

bool names_silence(const std::optional<LinkFault>& spoilt) {
  return spoilt && (spoilt == LinkFault::slow || spoilt == LinkFault::wrong_address || spoilt == LinkFault::conflict ||
                    spoilt == LinkFault::wrong_format);
}

}  // namespace

bool LinkWatch::silent(DeviceIndex index) const {
  const auto& link = devices_[at(index)];
  return link.timeouts >= misses_to_be_silent || (link.silence && link.alive == 0);
}

bool LinkWatch::line_silent(const BusLink& bus) const {
  if (bus.devices.size() < 2) return false;
  std::size_t able = 0;  // to answer, as far as is known
  unsigned misses = 0;
  unsigned fewest = last_one_silent_after;
  for (const auto d : bus.devices) {
    if (!silent(d)) return false;
    const auto& link = devices_[at(d)];
    if (link.silence) continue;
    ++able;
    misses += bus.evidence.misses(link.seat);
    fewest = std::min(fewest, bus.evidence.misses(link.seat));
  }
  const auto lasted = bus.evidence.silence();
  if (bus.spoilt == LinkFault::bus_degraded && lasted < flapping_line_silent_for) return false;
  if (able == 1 && (fewest < last_one_silent_after || lasted < last_one_silent_for)) return false;
  if (able == 0 || fewest < misses_to_be_silent || lasted < line_silent_for) return false;
  return chance_of_silence(suffering_on(bus), bus.devices.size(), misses) < chance_of_noise;
}

bool LinkWatch::convicted(const BusLink& bus, DeviceIndex index, BootTime now) const {
  const auto& link = devices_[at(index)];
  if (bus.evidence.misses(link.seat) == 0) return false;
  if (link.convicted_at) return true;
  if (!bus.evidence.convicts(link.seat, now)) return false;
  // Not that so much time has passed: that it was asked so late, and missed that.
  if (bus.devices.size() > 1 && bus.evidence.silence(link.seat) < restarting) return false;
  const auto misses = bus.evidence.misses(link.seat);
  if (bus.strangers.disturb(now) && misses < misses_disturbed) return false;
  const bool late_once = link.lates == 1 && link.late_at > link.first_timeout.boot;
  if (late_once && misses < misses_after_late) return false;
  return chance_of_silence(suffering_on(bus), link.seat, misses) < chance_of_noise;
}

void LinkWatch::judge_silence(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  if (bus_at_fault(bus_index)) return;
  if (line_silent(bus)) {
    open_down(bus_index, now, out);
    return;
  }
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    if (link.silence || !convicted(bus, d, now.boot)) continue;
    if (!link.convicted_at) link.convicted_at = now.boot;
    accuse(d, now, out);
  }
}

std::vector<Silence> LinkWatch::silences(BusIndex bus_index, const std::string& supply) const {
  std::vector<Silence> all(devices_.size(), Silence{BootTime::min(), BootTime::max(), 0, true});
  for (std::size_t b = 0; b < buses_.size(); ++b) {
    for (const auto d : buses_[b].devices) {
      const auto& link = devices_[at(d)];
      const bool concerned = BusIndex(b) == bus_index || (!supply.empty() && supply_of_[at(d)] == supply);
      auto& silence = all[at(d)];
      silence.out = link.silence || !concerned || link.log.asked() == 0;
      silence.misses = link.timeouts;
      if (link.came_at) silence.heard = *link.came_at;
      if (link.timeouts > 0) silence.missed = link.first_timeout.boot;
    }
  }
  return all;
}

void LinkWatch::open_down(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  // Dated by the first silence that is new; a device that was known to be dead says nothing about the line.
  auto since = now;
  auto first = bus.devices.front();
  for (const auto d : bus.devices) {
    const auto& link = devices_[at(d)];
    if (link.silence || link.first_timeout.boot >= since.boot) continue;
    since = link.first_timeout;
    first = d;
  }
  const auto& supply = supply_of_[at(first)];
  if (!supply.empty()) {
    // Silent on other lines too, but not everybody there: not this line.
    auto onset = common_onset(silences(bus_index, supply), at(first));
    if (common_supply(supply_of_, onset.members) && onset.members.size() > bus.devices.size()) {
      open_group(onset, first, now, out);
      return;
    }
  }
  bus.down = true;
  out.steps.push_back({LinkFault::bus_down, true, bus_index, {}, since, static_cast<unsigned>(bus.devices.size())});
}

std::optional<DeviceIndex> LinkWatch::moved_to(DeviceIndex index) const {
  const auto& link = devices_[at(index)];
  for (const auto d : buses_[at(bus_of_[at(index)])].devices) {
    const auto& other = devices_[at(d)];
    if (d == index || other.trouble == 0) continue;
    const bool since_then = link.came_at && other.first_trouble.boot > *link.came_at;
    const bool hurt = other.log.hurt(lately) + other.log.count(Trace::doubled, lately) > 0;
    const bool telling = other.spoilt == LinkFault::conflict || (!other.spoilt && hurt);
    if (since_then && telling) return d;
  }
  return std::nullopt;
}

void LinkWatch::accuse(DeviceIndex index, const Moment& now, LinkSteps& out) {
  auto& link = devices_[at(index)];
  auto& evidence = buses_[at(bus_of_[at(index)])].evidence;
  const auto explain = [&](LinkFault by) {
    link.silence = by;
    evidence.drop(link.seat);
  };
  if (names_silence(link.spoilt)) return explain(*link.spoilt);
  if (auto* group = group_that_holds(index)) {
    group->members.push_back(index);
    return explain(group->fault);
  }
  const auto waited = now.boot - *link.convicted_at;
  if (const auto other = moved_to(index)) {
    if (devices_[at(*other)].spoilt == LinkFault::conflict) return explain(LinkFault::conflict);
    if (waited < name_patience) return;
  }
  const auto bus = bus_of_[at(index)];
  auto onset = common_onset(silences(bus, supply_of_[at(index)]), at(index));
  if (!onset.complete && waited < (onset.members.size() > 1 ? large_group_patience : group_patience)) return;
  if (!common_supply(supply_of_, onset.members)) {
    std::erase_if(onset.members, [&](std::size_t i) { return bus_of_[i] != bus; });
  }
  if (onset.members.size() > 1) {
    open_group(onset, index, now, out);
  } else {
    open_alone(index, now, out);
  }
}

void LinkWatch::open_group(const Onset& onset, DeviceIndex first, const Moment& now, LinkSteps& out) {
  SilentGroup group;
  group.bus = bus_of_[at(first)];
  group.onset = onset;
  if (const auto supply = common_supply(supply_of_, onset.members)) {
    group.fault = LinkFault::supply_lost;
    group.supply = static_cast<std::size_t>(std::find(supplies_.begin(), supplies_.end(), *supply) - supplies_.begin());
  }
  LinkStep step{group.fault, true, group.bus, {}, now, static_cast<unsigned>(onset.members.size())};
  step.supply = group.supply;
  step.neighbours_heard = true;
  for (const auto i : onset.members) {
    auto& link = devices_[i];
    if (link.first_timeout.boot < step.since.boot) step.since = link.first_timeout;
    link.silence = group.fault;
    buses_[at(bus_of_[i])].evidence.drop(link.seat);
    step.devices.push_back(DeviceIndex(i));
  }
  group.members = step.devices;
  groups_.push_back(std::move(group));
  out.steps.push_back(std::move(step));
}

void LinkWatch::open_alone(DeviceIndex index, const Moment& /*now*/, LinkSteps& out) {
  auto& link = devices_[at(index)];
  auto& bus = buses_[at(bus_of_[at(index)])];
  LinkStep step{LinkFault::no_answer,
                true,
                bus_of_[at(index)],
                index,
                link.first_timeout,
                link.timeouts,
                bus.evidence.heard_since(link.seat)};
  step.newcomer = link.newcomer;
  step.numbers.asked = link.log.asked();
  step.numbers.lost = link.log.count(Trace::lost);
  if (link.late_at && *link.late_at > link.first_timeout.boot) {
    step.fault = LinkFault::slow;
    step.numbers.late = link.log.count(Trace::late);
    step.numbers.late_by = link.late_by;
  } else if (link.log.count(Trace::other_unit, link.timeouts) > 0) {
    step.fault = LinkFault::wrong_address;
    step.numbers.other_unit = link.other_unit;
  } else if (link.newcomer && step.neighbours_heard && !bus.tcp) {
    step.fault = LinkFault::wrong_address;
  }
  link.silence = step.fault;
  link.silence_own = true;
  bus.evidence.drop(link.seat);
  out.steps.push_back(std::move(step));
}

SilentGroup* LinkWatch::group_of(DeviceIndex device) {
  for (auto& group : groups_) {
    if (std::find(group.members.begin(), group.members.end(), device) != group.members.end()) return &group;
  }
  return nullptr;
}

SilentGroup* LinkWatch::group_that_holds(DeviceIndex device) {
  const auto& link = devices_[at(device)];
  const Silence silence{link.came_at.value_or(BootTime::min()), link.first_timeout.boot, link.timeouts};
  for (auto& group : groups_) {
    const bool there = group.fault == LinkFault::supply_lost ? supply_of_[at(device)] == supplies_[group.supply]
                                                             : bus_of_[at(device)] == group.bus;
    if (there && group.onset.holds(silence)) return &group;
  }
  return nullptr;
}

void LinkWatch::leave_group(DeviceIndex device, const Moment& now, LinkSteps& out) {
  auto* group = group_of(device);
  if (group == nullptr) return;
  std::erase(group->members, device);
  if (!group->members.empty()) return;
  LinkStep step{group->fault, false, group->bus, device, now, 0};
  step.supply = group->supply;
  out.steps.push_back(std::move(step));
  groups_.erase(groups_.begin() + (group - groups_.data()));
}

void LinkWatch::ask_neighbours(const DeviceAttempt& attempt, LinkSteps& out) const {
  const auto& bus = buses_[at(attempt.bus)];
  const auto may_answer = [&](DeviceIndex d) {
    return d != attempt.device && devices_[at(d)].timeouts < misses_to_be_silent && !devices_[at(d)].silence;
  };
  if (devices_[at(attempt.device)].timeouts == misses_to_be_silent) {
    std::copy_if(bus.devices.begin(), bus.devices.end(), std::back_inserter(out.ask), may_answer);
  } else if (const auto last = bus.evidence.last_heard(); last && may_answer(bus.devices[*last])) {
    out.ask.push_back(bus.devices[*last]);
  }
}

void LinkWatch::ask_suspects(const BusLink& bus, BootTime now, LinkSteps& out) {
  if (bus.down) return;
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    if (link.silence || link.convicted_at || link.asked || link.timeouts < misses_to_be_silent) continue;
    // What it does not answer while it may be restarting decides nothing, and a full bus has few questions to spare.
    if (now - link.first_timeout.boot < restarting || !bus.evidence.would_prove(link.seat)) continue;
    link.asked = true;
    out.ask.push_back(d);
  }
}

void LinkWatch::forget_silence(BusLink& bus) {
  bus.evidence.forget();
  for (const auto d : bus.devices) {
    auto& link = devices_[at(d)];
    link.timeouts = 0;
    link.asked = false;
    link.convicted_at.reset();
  }
}

}  // namespace inspect::agent
