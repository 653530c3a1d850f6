#include "firmware-agent/detection/foresight.hpp"

#include "firmware-agent/detection/claim_wording.hpp"

#include <algorithm>
#include <array>

namespace inspect::agent {

namespace {

using judgement::Claim;
using judgement::Fault;
using judgement::nowhere;
using judgement::Role;

constexpr double date_moved = 7 * 86400.0;  // a forecast whose date moved less is no news

/// What may be claimed of a point that tells this. Wires (W1) and cables (U1, U2) are told by plausibility and links.
std::vector<Fault> faults_of(Role role) {
  switch (role) {
    case Role::feedback: return {Fault::R1, Fault::R2, Fault::R6, Fault::D1};
    case Role::contact_resistance: return {Fault::R3, Fault::R4};
    case Role::operate_time: return {Fault::R5};
    case Role::output_voltage: return {Fault::P1, Fault::P3, Fault::P6};
    case Role::output_ripple: return {Fault::P2};
    case Role::output_current: return {Fault::P4};
    case Role::input_voltage: return {Fault::D2};
    case Role::leakage_current: return {Fault::L1, Fault::L2, Fault::G1, Fault::T3};
    case Role::insulation: return {Fault::T4};
    case Role::zero: return {Fault::T1};
    case Role::check_ratio: return {Fault::T2};
    default: return {};
  }
}

bool is_of_output(Fault fault) { return fault == Fault::P3 || fault == Fault::P4 || fault == Fault::P6; }

double seconds(WallTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

}  // namespace

judgement::Calendar calendar_of(const Site& site) {
  judgement::Calendar calendar;
  calendar.hourly = true;
  for (const auto& exam : site.exams) calendar.sessions.push_back({seconds(exam.from), seconds(exam.to), true});
  std::sort(calendar.sessions.begin(), calendar.sessions.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  return calendar;
}

Foresight::Foresight(const Site& site, const catalogue::Catalogue& catalogue, FindingBook& book)
    : site_(site),
      catalogue_(catalogue),
      book_(book),
      plant_(plant_of(site)),
      calendar_(calendar_of(site)),
      judge_(plant_.plant, calendar_, record_start),
      explained_(site.points.size(), false) {
  for (std::size_t c = 0; c < plant_.plant.components.size(); ++c) add_places(static_cast<std::uint16_t>(c));
}

const catalogue::FaultKind* Foresight::kind_of(Fault fault) const {
  const auto code = judgement::facts(fault).code;
  const auto has = [&](const auto& kind) { return kind.code == code; };
  const auto found = std::find_if(catalogue_.kinds.begin(), catalogue_.kinds.end(), has);
  return found == catalogue_.kinds.end() ? nullptr : &*found;
}

std::vector<SubjectIndex> Foresight::watches_at(PointIndex own) const {
  std::vector<SubjectIndex> subjects;
  for (const auto& watch : site_.watches) {
    if (watch.point != own) continue;
    const auto* kind = catalogue_.kind(watch.rule.kind);
    subjects.push_back(book_.subject(site_.device_of(own).name, site_.spec(own).name, watch.rule.kind,
                                     kind != nullptr ? kind->fault_class : FaultClass::ordinary));
  }
  return subjects;
}

/// Whatever a rule tells of the supply itself, a tripped protection too, explains an output that is gone.
std::vector<SubjectIndex> Foresight::watches_of_rail(PointIndex own) const {
  std::vector<SubjectIndex> subjects;
  const auto& device = site_.device_of(own);
  for (std::size_t i = 0; i < device.point_count; ++i) {
    for (const auto& watch : site_.watches) {
      const auto point = PointIndex(at(device.first_point) + i);
      if (watch.point != point || !watch.rule.kind.starts_with("rail.")) continue;
      const auto here = watches_at(point);
      subjects.insert(subjects.end(), here.begin(), here.end());
      break;
    }
  }
  return subjects;
}

void Foresight::add_place(std::uint16_t component, std::uint16_t point, Fault fault) {
  const auto* kind = kind_of(fault);
  if (kind == nullptr) return;
  Place place;
  place.component = component;
  place.point = point;
  place.fault = fault;
  if (point == nowhere) {
    const auto& supply = plant_.plant.components[component].name;
    const auto* lost = catalogue_.kind("supply.lost");
    place.subject = book_.subject(supply, "", kind->key, kind->fault_class);
    if (lost != nullptr) place.covers.push_back(book_.subject(supply, "", lost->key, lost->fault_class));
  } else {
    const auto own = plant_.point_of[point];
    place.subject = book_.subject(site_.device_of(own).name, site_.spec(own).name, kind->key, kind->fault_class);
    place.covers = is_of_output(fault) ? watches_of_rail(own) : watches_at(own);
  }
  // A rule of the site looks for just this, and sees it sooner: it is the rule's.
  if (std::find(place.covers.begin(), place.covers.end(), place.subject) != place.covers.end()) return;
  places_.push_back(std::move(place));
}

void Foresight::add_places(std::uint16_t component) {
  const auto& plant = plant_.plant;
  for (const auto point : plant.components[component].points) {
    for (const auto fault : faults_of(plant.points[point].role)) add_place(component, point, fault);
  }
  const bool feeds = std::any_of(plant.components.begin(), plant.components.end(), [&](const auto& other) {
    return other.powered_by == component && std::any_of(other.points.begin(), other.points.end(), [&](auto p) {
             return plant.points[p].role == Role::input_voltage;
           });
  });
  if (!feeds) return;
  for (const auto fault : {Fault::F1, Fault::P5, Fault::B1, Fault::B2}) add_place(component, nowhere, fault);
}

Foresight::Place* Foresight::place_of(const Claim& claim) {
  const auto same = [&](const Place& p) {
    return p.component == claim.component && p.point == claim.point && p.fault == claim.fault;
  };
  const auto found = std::find_if(places_.begin(), places_.end(), same);
  return found == places_.end() ? nullptr : &*found;
}

template <class Visit>
void Foresight::for_each_behind(std::uint16_t supply, Visit visit) const {
  for (const auto& component : plant_.plant.components) {
    if (component.powered_by != supply) continue;
    for (const auto point : component.points) visit(plant_.point_of[point]);
  }
}

std::vector<std::string> Foresight::restore(std::span<const judgement::KeptPiece> pieces) {
  auto left_out = judge_.restore(pieces);
  for (const auto& [claim, seen] : judge_.book().standing()) {
    if (auto* place = place_of(claim)) place->standing = claim;
  }
  for (auto& place : places_) {
    const auto active = [this](SubjectIndex cover) { return book_.active(cover); };
    place.attached = std::any_of(place.covers.begin(), place.covers.end(), active);
    const auto* finding = book_.finding(place.subject);
    if (finding == nullptr || !finding->active) continue;
    if (!place.standing) {
      place.standing = Claim{seconds(finding->since.wall), place.component, place.point, place.fault, true, {}};
      judge_.restore(*place.standing);
    }
    const auto& forecast = place.standing->forecast;
    place.told_crossing = forecast ? forecast->crossing : 0;
    place.told_as_fact = !forecast;
    if (is_dead_supply(place)) for_each_behind(place.component, [&](auto point) { explained_[at(point)] = true; });
  }
  return left_out;
}

void Foresight::take(std::span<const Reading> readings, const Moment& now, std::vector<FindingChange>& changes) {
  for (const auto& reading : readings) {
    const auto point = plant_.place_of[at(reading.point)];
    if (point == nowhere || reading.quality != Quality::good || reading.measured_at.trust == ClockTrust::none) continue;
    judge_.take({seconds(reading.measured_at.wall), reading.value, point, Reason::none});
  }
  if (!judge_.told().empty()) conclude(now, changes);
}

void Foresight::tick(const Moment& now, std::vector<FindingChange>& changes) {
  if (now.trust != ClockTrust::none) judge_.tick(seconds(now.wall));
  conclude(now, changes);
}

void Foresight::replaced(DeviceIndex device, std::optional<PointIndex> point, const Moment& now,
                         std::vector<FindingChange>& changes) {
  const auto& plant = plant_.plant;
  const auto& name = site_.devices[at(device)].name;
  const auto own = plant.component(name);
  const auto place = point ? plant_.place_of[at(*point)] : nowhere;
  for (std::size_t c = 0; c < plant.components.size(); ++c) {
    const auto id = static_cast<std::uint16_t>(c);
    const bool of_device = id == own || (plant.components[c].powered_by == own && own != nowhere &&
                                         plant.components[c].name.starts_with(name + "/"));
    const bool of_point = place != nowhere && id == plant.points[place].component;
    if (point ? of_point : of_device) judge_.replaced(seconds(now.wall), id);
  }
  conclude(now, changes);
}

const judgement::TrendRules* Foresight::trend(PointIndex point) const {
  return judge_.trend(plant_.place_of[at(point)]);
}

bool Foresight::due(const Place& place) const {
  if (!place.standing) return false;
  if (!place.standing->forecast) return true;
  const double p = place.standing->forecast->probability;
  return p >= sure_enough || (book_.active(place.subject) && p >= watched);
}

void Foresight::conclude(const Moment& now, std::vector<FindingChange>& changes) {
  for (const auto& claim : judge_.told()) {
    auto* place = place_of(claim);
    if (place == nullptr) continue;
    place->standing = claim.raised ? std::optional(claim) : std::nullopt;
    if (!claim.raised) settle(*place, now, changes);
  }
  judge_.told().clear();
  for (auto& place : places_) {
    if (place.standing) settle(place, now, changes);
  }
}

void Foresight::settle(Place& place, const Moment& now, std::vector<FindingChange>& changes) {
  const bool told = book_.active(place.subject);
  if (!due(place)) {
    place.attached = false;
    if (!told) return;
    book_.release(place.subject, now, changes);
    book_.clear(place.subject, now, changes);
    explain_behind(place, false, now, changes);
    return;
  }
  const auto active = [this](SubjectIndex cover) { return book_.active(cover); };
  const auto cover = std::find_if(place.covers.begin(), place.covers.end(), active);
  if (cover == place.covers.end()) {
    place.attached = false;
    if (told) book_.release(place.subject, now, changes);
    tell(place, now, changes);
  } else if (told) {
    book_.suppress(place.subject, now, changes);
  } else if (!place.attached) {
    attach(place, *cover, now, changes);
  }
}

void Foresight::tell(Place& place, const Moment& now, std::vector<FindingChange>& changes) {
  const auto& forecast = place.standing->forecast;
  const double crossing = forecast ? forecast->crossing : 0;
  if (!book_.active(place.subject)) {
    explain_behind(place, true, now, changes);
    auto since = now;
    since.wall = wall_of(place.standing->time);
    book_.raise(place.subject, since, analysis_of(place), now, changes);
  } else if (place.told_as_fact == !forecast && std::abs(crossing - place.told_crossing) < date_moved) {
    return;
  } else {
    book_.restate(place.subject, analysis_of(place), now, changes);
  }
  place.told_crossing = crossing;
  place.told_as_fact = !forecast;
}

void Foresight::attach(Place& place, SubjectIndex cover, const Moment& now, std::vector<FindingChange>& changes) {
  place.attached = true;
  // A forecast says nothing that the crossed limit does not say.
  if (place.standing->forecast || place.told_as_fact) return;
  auto known = book_.finding(cover)->analysis;
  const auto better = analysis_of(place);
  known.what.zh += better.what.zh;
  known.what.en += " " + better.what.en;
  known.part = better.part;
  known.part_name = better.part_name;
  known.checks.insert(known.checks.begin(), better.checks.begin(), better.checks.end());
  book_.restate(cover, std::move(known), now, changes);
}

/// A supply that fails speaks for what it feeds.
void Foresight::explain_behind(const Place& place, bool explained, const Moment& now,
                               std::vector<FindingChange>& changes) {
  if (place.point != nowhere) return;
  for_each_behind(place.component, [&](PointIndex point) {
    if (is_dead_supply(place)) explained_[at(point)] = explained;
    for (const auto subject : watches_at(point)) {
      explained ? book_.suppress(subject, now, changes) : book_.release(subject, now, changes);
    }
  });
}

Analysis Foresight::analysis_of(const Place& place) const {
  const auto* kind = kind_of(place.fault);
  const auto& claim = *place.standing;
  if (place.point != nowhere) {
    const auto point = plant_.point_of[place.point];
    return compose(catalogue_, kind->key, inspect::agent::place(site_, point),
                   observe_claim({site_, point, *kind, claim, judge_.trend(place.point)}));
  }
  Observation seen;
  seen.what = say_claim(*kind, claim);
  auto analysis = compose(catalogue_, kind->key, place_of_supply(site_, plant_.plant.components[place.component].name),
                          std::move(seen));
  for_each_behind(place.component, [&](PointIndex point) {
    for (const auto subject : watches_at(point)) {
      if (!book_.active(subject) || analysis.held_back.size() >= most_held_back) continue;
      const auto& id = book_.finding(subject)->id;
      analysis.held_back.push_back(id.device + "/" + id.point + "/" + id.kind);
    }
  });
  return analysis;
}

}  // namespace inspect::agent
