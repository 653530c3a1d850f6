#include "firmware-agent/detection/first_analysis.hpp"

#include "firmware-agent/detection/link_wording.hpp"
#include "firmware-agent/detection/wording.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::agent {

namespace {

/// How many other points of the device are shown beside those the rule rests on.
constexpr std::size_t neighbours_shown = 6;

Evidence evidence_of(const Site& site, const Reading& reading, Text note) {
  const auto point = reading.point;
  Evidence evidence;
  evidence.device = site.device_of(point).name;
  evidence.point = site.spec(point).name;
  // A bad reading has no value; a zero beside its quality cannot be mistaken for one.
  evidence.value = reading.quality == Quality::bad ? 0 : reading.value;
  evidence.unit = site.spec(point).unit;
  evidence.quality = reading.quality;
  evidence.at = reading.measured_at.wall;
  evidence.note = std::move(note);
  return evidence;
}

/// The points next to the judged one on the same device: measured values and states, nearest first.
void add_neighbours(const Site& site, const PointJudge& judge, PointIndex point, std::vector<Evidence>& evidence) {
  const auto& device = site.device_of(point);
  const auto first = at(device.first_point);
  const auto own = at(point);
  const auto taken = [&](const std::string& name) {
    return std::any_of(evidence.begin(), evidence.end(),
                       [&](const Evidence& e) { return e.device == device.name && e.point == name; });
  };
  const auto consider = [&](std::size_t candidate) {
    if (candidate < first || candidate >= first + device.point_count || candidate == own) return;
    const auto& spec = site.spec(PointIndex(candidate));
    const bool telling = spec.role == drivers::Role::measure || spec.role == drivers::Role::state;
    const bool known = judge.latest(PointIndex(candidate)).reason != Reason::never_read;
    if (!telling || !known || taken(spec.name)) return;
    evidence.push_back(evidence_of(site, judge.latest(PointIndex(candidate)), {"一并查看", "looked at too"}));
  };
  const auto enough = std::min(most_evidence, evidence.size() + neighbours_shown);
  for (std::size_t distance = 1; distance < device.point_count && evidence.size() < enough; ++distance) {
    if (own >= distance) consider(own - distance);
    if (evidence.size() < enough) consider(own + distance);
  }
}

/// Several alike point to what they share, and less to each one's own part.
constexpr double certainty_shared = 0.6;
/// Less sure of a device when nobody else on its bus was heard.
constexpr double certainty_unheard = 0.7;

/// Rules of the same kind on other points of this device that see a fault as well.
std::size_t likewise(const Site& site, const PointJudge& judge, std::size_t own) {
  const auto& watch = site.watches[own];
  const auto device = site.points[at(watch.point)].device;
  std::size_t count = 0;
  for (std::size_t i = 0; i < site.watches.size(); ++i) {
    const auto& other = site.watches[i];
    const bool same = other.rule.kind == watch.rule.kind && site.points[at(other.point)].device == device;
    if (same && other.point != watch.point && judge.suspected(i)) ++count;
  }
  return count;
}

}  // namespace

Analysis compose(const catalogue::Catalogue& catalogue, std::string_view kind, Text where, Observation observation) {
  Analysis analysis;
  analysis.what = std::move(observation.what);
  analysis.where = std::move(where);
  analysis.part = std::move(observation.part);
  analysis.checks = std::move(observation.checks);
  analysis.evidence = std::move(observation.evidence);
  if (analysis.evidence.size() > most_evidence) analysis.evidence.resize(most_evidence);

  const auto* fault = catalogue.kind(kind);
  if (fault == nullptr) {
    analysis.title = {std::string(kind), std::string(kind)};
    return analysis;
  }
  analysis.title = fault->title;
  // No rule knows it better than to the hundredth, and 0.7999999 in a table looks as if it did.
  analysis.confidence = std::round(fault->confidence * observation.certainty * 100) / 100;
  analysis.department = fault->department;
  analysis.urgency = fault->urgency;
  analysis.checks.insert(analysis.checks.end(), fault->checks.begin(), fault->checks.end());
  if (!observation.end.en.empty()) analysis.checks.push_back(std::move(observation.end));
  if (analysis.part.empty()) analysis.part = fault->part;
  if (const auto* part = catalogue.part(analysis.part)) analysis.part_name = part->name;
  return analysis;
}

Text place(const Site& site, PointIndex point) {
  const auto& device = site.device_of(point);
  const auto& title = site.spec(point).title;
  return {site.title.zh + "，" + device.title.zh + "，" + title.zh,
          site.title.en + ", " + device.title.en + ", " + title.en};
}

Text place(const Site& site, DeviceIndex index) {
  const auto& device = site.devices[at(index)];
  const auto& bus = site.buses[at(device.bus)].title;
  return {site.title.zh + "，" + device.title.zh + "（" + bus.zh + "）",
          site.title.en + ", " + device.title.en + " (" + bus.en + ")"};
}

Text place(const Site& site, BusIndex index) {
  const auto& bus = site.buses[at(index)].title;
  return {site.title.zh + "，" + bus.zh, site.title.en + ", " + bus.en};
}

Observation observe(const Site& site, const PointJudge& judge, std::size_t index, const Moment& since) {
  const auto& watch = site.watches[index];
  const auto& reading = judge.latest(watch.point);
  const auto& spec = site.spec(watch.point);
  Observation seen;
  seen.part = watch.rule.part;
  switch (watch.rule.detector) {
    case Detector::limit:
      seen.what = say_limit(spec, watch.rule, reading, since);
      seen.evidence.push_back(
          evidence_of(site, judge.latest(watch.point), limit_note(spec, watch.rule, reading.value)));
      if (watch.against)
        seen.evidence.push_back(evidence_of(site, judge.latest(*watch.against), {"判定条件", "condition"}));
      break;
    case Detector::mismatch: {
      const auto& command = site.spec(*watch.against);
      const bool on = Mismatch::is_on(judge.latest(*watch.against).value);
      seen.what = say_mismatch(spec, command, on, since);
      if (watch.rule.when) seen.end = say_mismatch_end(spec, command, *watch.rule.when);
      seen.evidence.push_back(evidence_of(site, judge.latest(watch.point), commanded_note(on)));
      seen.evidence.push_back(evidence_of(site, judge.latest(*watch.against), {"命令状态", "the command"}));
      break;
    }
    case Detector::frozen: {
      const auto* other = watch.against ? &site.spec(*watch.against) : nullptr;
      seen.what = say_frozen({spec, reading, watch.rule.window, other, judge.frozen(index).other_span()}, since);
      seen.evidence.push_back(evidence_of(site, judge.latest(watch.point), {"数值未变", "unchanged"}));
      if (watch.against) {
        seen.evidence.push_back(evidence_of(site, judge.latest(*watch.against), {"在此期间有变化", "moved meanwhile"}));
      }
      break;
    }
  }
  if (const auto& first = judge.first(index); first.reason != Reason::never_read) {
    seen.evidence.push_back(evidence_of(site, first, {"首次读数", "first reading that showed it"}));
  }
  if (const auto others = likewise(site, judge, index); others > 0) {
    seen.certainty = certainty_shared;
    seen.checks.push_back(say_likewise(others));
  }
  add_neighbours(site, judge, watch.point, seen.evidence);
  return seen;
}

Observation observe_implausible(const Site& site, const PointJudge& judge, PointIndex point, const Moment& since) {
  const auto& spec = site.spec(point);
  Observation seen;
  seen.what = say_implausible(spec, since);
  seen.evidence.push_back(evidence_of(site, judge.latest(point), plausible_note(spec)));
  add_neighbours(site, judge, point, seen.evidence);
  return seen;
}

Text place_of_supply(const Site& site, const std::string& supply) {
  return {site.title.zh + "，供电 " + supply, site.title.en + ", supply " + supply};
}

Observation observe_link(const Site& site, const LinkWatch& links, const LinkStep& step) {
  const auto& devices = step.fault == LinkFault::supply_lost ? step.devices : links.devices_on(step.bus);
  Observation seen;
  seen.what = say_link(step, links.why_unavailable(step.bus));
  seen.certainty = step.certainty;
  std::vector<Text> together;
  for (const auto device : step.devices) together.push_back(site.devices[at(device)].title);
  std::size_t others = 0;
  for (const auto device : devices) {
    if (device != step.device && links.silent(device)) ++others;
    if (seen.evidence.size() >= most_evidence) continue;
    const auto& alive = links.alive_at(device);
    Evidence evidence;
    evidence.device = site.devices[at(device)].name;
    evidence.value = links.timeouts(device);
    evidence.at = alive ? alive->wall : step.since.wall;
    evidence.note = say_alive(alive);
    seen.evidence.push_back(std::move(evidence));
  }
  if (!together.empty()) {
    seen.checks.push_back(step.fault == LinkFault::conflict ? say_moved(together) : say_devices(together));
  }
  if (step.fault != LinkFault::no_answer) return seen;
  if (devices.size() > 1 && !step.neighbours_heard) seen.certainty = certainty_unheard;
  if (others > 0) {
    seen.certainty = certainty_shared;
    seen.checks.push_back(say_also_silent(others));
  }
  return seen;
}

}  // namespace inspect::agent
