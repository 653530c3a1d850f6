// The part of the link watch that judges what spoils answers: it gathers what name_trouble needs and tells what it
// said.

#include "firmware-agent/detection/link_watch.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

/// Questions to one device that are its present.
constexpr unsigned lately = 16;

}  // namespace

std::vector<Suffering> LinkWatch::suffering_on(const BusLink& bus) const {
  std::vector<Suffering> all;
  all.reserve(bus.devices.size());
  for (const auto d : bus.devices) {
    const auto& link = devices_[at(d)];
    all.push_back({&link.log, link.troubled(), link.silence || link.spoilt, link.timeouts >= misses_to_be_silent,
                   link.late_by, link.other_unit});
  }
  return all;
}

/// Late answers, and second ones of a known conflict, run into what is asked next. One that runs into an answer each
/// time is never heard to be late: of a device that is told to be slow they are expected.
bool LinkWatch::answers_stray(const BusLink& bus, BootTime now) const {
  if (bus.late_at && now - *bus.late_at < late_disturbs) return true;
  return std::any_of(bus.devices.begin(), bus.devices.end(), [this](auto d) {
    const auto& link = devices_[at(d)];
    return link.spoilt == LinkFault::conflict || link.spoilt == LinkFault::slow || link.silence == LinkFault::slow ||
           link.restated;
  });
}

/// Who fell silent as the device of `step` began to be spoilt was set to its address: whatever the answers look like.
void LinkWatch::take_moved(const BusLink& bus, LinkStep& step) const {
  for (const auto d : bus.devices) {
    if (devices_[at(d)].convicted_at && moved_to(d) == step.device) step.devices.push_back(d);
  }
  if (!step.devices.empty()) step.fault = LinkFault::conflict;
}

void LinkWatch::judge_trouble(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  if (bus.spoilt || bus_at_fault(bus_index) || bus.strangers.disturb(now.boot)) return;
  const auto named = name_trouble(suffering_on(bus), bus.evidence.shaken(now.boot), answers_stray(bus, now.boot));
  if (!named) return;
  LinkStep step{named->fault, true, bus_index, {}, now, 0};
  step.certainty = named->certainty;
  step.numbers = named->numbers;
  if (is_of_device(named->fault)) {
    step.device = bus.devices[named->device];
    auto& device = devices_[at(step.device)];
    step.since = device.trouble > 0 ? device.first_trouble : device.first_timeout;
    step.count = std::max(device.trouble / trouble_weight, 1U);
    take_moved(bus, step);
    device.spoilt = step.fault;
  } else {
    bus.spoilt = named->fault;
    for (const auto d : bus.devices) {
      const auto& link = devices_[at(d)];
      if (link.trouble < trouble_weight) continue;
      ++step.count;
      if (link.first_trouble.boot < step.since.boot) step.since = link.first_trouble;
    }
  }
  out.steps.push_back(std::move(step));
}

/// Two devices at least were damaged in their last questions.
bool LinkWatch::damages(const BusLink& bus) const {
  return std::count_if(bus.devices.begin(), bus.devices.end(),
                       [this](auto d) { return devices_[at(d)].log.hurt(lately) > 0; }) >= 2;
}

void LinkWatch::judge_flapping(BusIndex bus_index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(bus_index)];
  // Noise silences several by turns, as an interruption does; what damages besides is named by its damage.
  if (bus.spoilt || bus_at_fault(bus_index) || damages(bus)) return;
  const auto since = bus.evidence.flapping(now.boot);
  if (!since) return;
  bus.spoilt = LinkFault::bus_degraded;
  out.steps.push_back(
      {LinkFault::bus_degraded, true, bus_index, {}, *since, static_cast<unsigned>(bus.devices.size())});
}

}  // namespace inspect::agent
