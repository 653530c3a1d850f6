#include "firmware-agent/detection/watchman.hpp"

#include "firmware-agent/detection/finding_book.hpp"
#include "firmware-agent/detection/first_analysis.hpp"
#include "firmware-agent/detection/foresight.hpp"
#include "firmware-agent/detection/link_watch.hpp"
#include "firmware-agent/detection/link_wording.hpp"
#include "firmware-agent/detection/point_judge.hpp"
#include "firmware-agent/detection/test_faults.hpp"
#include "firmware-agent/detection/usb_faults.hpp"

#include <algorithm>
#include <array>

namespace inspect::agent {

namespace {

template <std::size_t Count>
constexpr std::array<LinkFault, Count> faults_from(LinkFault first) {
  std::array<LinkFault, Count> faults{};
  for (std::size_t i = 0; i < Count; ++i) faults[i] = static_cast<LinkFault>(static_cast<std::size_t>(first) + i);
  return faults;
}
constexpr auto device_faults = faults_from<device_fault_count>(LinkFault::no_answer);
constexpr auto bus_faults = faults_from<bus_fault_count>(LinkFault::bus_down);

/// What a line that spoils answers, or another master on it, explains of a device. A silence is more than that.
constexpr bool is_of_spoiling(LinkFault fault) {
  return fault == LinkFault::degraded || fault == LinkFault::conflict || fault == LinkFault::wrong_format;
}
constexpr bool spoils(LinkFault fault) {
  return fault == LinkFault::bus_degraded || fault == LinkFault::bus_noise || fault == LinkFault::bus_wrong_format ||
         fault == LinkFault::second_master;
}

}  // namespace

struct Watchman::State {
  State(const Site& the_site, const catalogue::Catalogue& the_catalogue);

  void begin(const Moment& now);
  void apply_points(const Moment& now, Verdict& verdict);
  void apply_links(const Moment& now, Verdict& verdict);
  void open_link(const LinkStep& step, const Moment& now, Verdict& verdict);
  void suppress_behind(const LinkStep& step, const Moment& now, Verdict& verdict);
  void release_explained(const Moment& now, Verdict& verdict);

  [[nodiscard]] SubjectIndex subject_of(const PointStep& step) const;
  [[nodiscard]] SubjectIndex subject_of(LinkFault fault, BusIndex bus, DeviceIndex device,
                                        std::size_t supply = 0) const;
  [[nodiscard]] SubjectIndex subject_of(const LinkStep& step) const;
  [[nodiscard]] bool is_tcp(BusIndex bus) const;
  void restore_links();
  [[nodiscard]] bool still_open(SubjectIndex subject) const;
  [[nodiscard]] std::vector<std::string> held_back(const LinkStep& step);
  void list_open_of(DeviceIndex device, std::vector<std::string>& names) const;
  void explain(const PointStep& step, Verdict& verdict) const;
  void ask(PointIndex point, Verdict& verdict) const;

  const Site& site;
  const catalogue::Catalogue& catalogue;
  FindingBook book;
  PointJudge judge;
  LinkWatch links;
  UsbFaults usb;
  TestFaults tests;
  Foresight foresight;
  std::vector<SubjectIndex> watch_subjects;
  std::vector<SubjectIndex> point_subjects;                                   ///< value.implausible
  std::vector<std::array<SubjectIndex, device_fault_count>> device_subjects;  ///< in the order of device_faults
  std::vector<std::array<SubjectIndex, bus_fault_count>> bus_subjects;        ///< in the order of bus_faults
  std::vector<SubjectIndex> supply_subjects;
  std::vector<std::vector<std::size_t>> watches_of;  ///< by subject: several rules may find the same thing
  PointSteps point_steps;
  LinkSteps link_steps;
};

Watchman::State::State(const Site& the_site, const catalogue::Catalogue& the_catalogue)
    : site(the_site),
      catalogue(the_catalogue),
      book(the_site.name),
      judge(the_site),
      links(the_site),
      usb(the_site, the_catalogue, book),
      tests(the_catalogue, book),
      foresight(the_site, the_catalogue, book) {
  const auto subject = [this](std::string_view device, std::string_view point, std::string_view kind) {
    const auto* fault = catalogue.kind(kind);
    return book.subject(device, point, kind, fault != nullptr ? fault->fault_class : FaultClass::ordinary);
  };
  for (const auto& watch : site.watches) {
    watch_subjects.push_back(subject(site.device_of(watch.point).name, site.spec(watch.point).name, watch.rule.kind));
  }
  for (std::size_t i = 0; i < site.points.size(); ++i) {
    const auto point = PointIndex(i);
    point_subjects.push_back(subject(site.device_of(point).name, site.spec(point).name, "value.implausible"));
  }
  for (const auto& device : site.devices) {
    auto& subjects = device_subjects.emplace_back();
    for (const auto fault : device_faults) {
      subjects[static_cast<std::size_t>(fault)] = subject(device.name, "", kind_of(fault, is_tcp(device.bus)));
    }
  }
  for (std::size_t i = 0; i < site.buses.size(); ++i) {
    auto& subjects = bus_subjects.emplace_back();
    for (std::size_t k = 0; k < bus_fault_count; ++k) {
      subjects[k] = subject(site.buses[i].name, "", kind_of(bus_faults[k], is_tcp(BusIndex(i))));
    }
  }
  for (const auto& supply : links.supplies()) {
    supply_subjects.push_back(subject(supply, "", kind_of(LinkFault::supply_lost, false)));
  }
  watches_of.resize(book.size());
  for (std::size_t i = 0; i < watch_subjects.size(); ++i) watches_of[at(watch_subjects[i])].push_back(i);
}

void Watchman::State::begin(const Moment& now) {
  book.wake(now);
  point_steps.steps.clear();
  point_steps.confirm.clear();
  link_steps.steps.clear();
  link_steps.ask.clear();
}

SubjectIndex Watchman::State::subject_of(const PointStep& step) const {
  return step.what == PointStep::What::watch ? watch_subjects[step.index] : point_subjects[step.index];
}

bool Watchman::State::is_tcp(BusIndex bus) const {
  return std::holds_alternative<TcpEndpoint>(site.buses[at(bus)].transport);
}

SubjectIndex Watchman::State::subject_of(LinkFault fault, BusIndex bus, DeviceIndex device, std::size_t supply) const {
  if (is_of_device(fault)) return device_subjects[at(device)][static_cast<std::size_t>(fault)];
  if (!is_of_bus(fault)) return supply_subjects[supply];
  return bus_subjects[at(bus)][static_cast<std::size_t>(fault) - static_cast<std::size_t>(LinkFault::bus_down)];
}

SubjectIndex Watchman::State::subject_of(const LinkStep& step) const {
  return subject_of(step.fault, step.bus, step.device, step.supply);
}

bool Watchman::State::still_open(SubjectIndex subject) const {
  const auto& rules = watches_of[at(subject)];
  return std::any_of(rules.begin(), rules.end(), [this](auto i) { return judge.open(i); });
}

void Watchman::State::ask(PointIndex point, Verdict& verdict) const {
  auto& list = verdict.confirm;
  if (std::find(list.begin(), list.end(), point) == list.end()) list.push_back(point);
}

void Watchman::State::explain(const PointStep& step, Verdict& verdict) const {
  if (step.what == PointStep::What::plausibility) {
    verdict.explaining.push_back(judge.latest(PointIndex(step.index)));
    return;
  }
  const auto& watch = site.watches[step.index];
  verdict.explaining.push_back(judge.first(step.index));
  verdict.explaining.push_back(judge.latest(watch.point));
  if (watch.against) verdict.explaining.push_back(judge.latest(*watch.against));
}

void Watchman::State::apply_points(const Moment& now, Verdict& verdict) {
  for (const auto& step : point_steps.steps) {
    const auto subject = subject_of(step);
    if (step.opens == book.active(subject) || (!step.opens && still_open(subject))) continue;
    explain(step, verdict);
    if (!step.opens) {
      book.clear(subject, now, verdict.changes);
      continue;
    }
    const bool rule = step.what == PointStep::What::watch;
    const auto point = rule ? site.watches[step.index].point : PointIndex(step.index);
    auto seen =
        rule ? observe(site, judge, step.index, step.since) : observe_implausible(site, judge, point, step.since);
    const std::string_view kind = rule ? std::string_view(site.watches[step.index].rule.kind) : "value.implausible";
    book.raise(subject, step.since, compose(catalogue, kind, place(site, point), std::move(seen)), now,
               verdict.changes);
  }
  for (const auto point : point_steps.confirm) ask(point, verdict);
}

void Watchman::State::list_open_of(DeviceIndex device, std::vector<std::string>& names) const {
  const auto& own = site.devices[at(device)];
  const auto first = at(own.first_point);
  const auto list = [&](SubjectIndex subject, std::string_view point) {
    if (names.size() >= most_held_back || !book.active(subject)) return;
    auto name = own.name + "/" + std::string(point) + "/" + book.finding(subject)->id.kind;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  };
  for (std::size_t i = 0; i < site.watches.size(); ++i) {
    const auto point = site.watches[i].point;
    if (site.points[at(point)].device == device) list(watch_subjects[i], site.spec(point).name);
  }
  for (auto p = first; p < first + own.point_count; ++p) list(point_subjects[p], site.spec(PointIndex(p)).name);
}

std::vector<std::string> Watchman::State::held_back(const LinkStep& step) {
  std::vector<std::string> names;
  if (is_of_device(step.fault)) list_open_of(step.device, names);
  const auto name_device = [&](DeviceIndex device, LinkFault behind) {
    if (names.size() >= most_held_back) return;
    const auto& own = site.devices[at(device)];
    names.push_back(own.name + "/-/" + std::string(kind_of(behind, is_tcp(own.bus))));
    list_open_of(device, names);
  };
  if (!step.devices.empty()) {
    for (const auto device : step.devices) name_device(device, LinkFault::no_answer);
  } else if (is_of_bus(step.fault) && step.fault != LinkFault::echo) {
    const auto behind = spoils(step.fault) ? LinkFault::degraded : LinkFault::no_answer;
    for (const auto device : links.devices_on(step.bus)) name_device(device, behind);
  }
  return names;
}

void Watchman::State::suppress_behind(const LinkStep& step, const Moment& now, Verdict& verdict) {
  if (step.fault == LinkFault::echo) return;
  const auto suppress = [&](LinkFault fault, DeviceIndex device) {
    book.suppress(subject_of(fault, step.bus, device), now, verdict.changes);
  };
  if (!step.devices.empty()) return;  // their silence was new, so nothing of it is told
  for (const auto device : links.devices_on(step.bus)) {
    for (const auto fault : device_faults) {
      if (!spoils(step.fault) || is_of_spoiling(fault)) suppress(fault, device);
    }
  }
  // A port that is gone explains a line that fell silent just before it.
  if (step.fault == LinkFault::bus_unavailable && !is_tcp(step.bus)) suppress(LinkFault::bus_down, {});
}

void Watchman::State::release_explained(const Moment& now, Verdict& verdict) {
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    const auto bus = site.devices[i].bus;
    if (links.bus_at_fault(bus)) continue;
    for (const auto fault : device_faults) {
      if (is_of_spoiling(fault) && links.bus_spoils(bus)) continue;
      book.release(subject_of(fault, bus, DeviceIndex(i)), now, verdict.changes);
    }
  }
  for (std::size_t i = 0; i < site.buses.size(); ++i) {
    const auto bus = BusIndex(i);
    if (!book.active(subject_of(LinkFault::bus_unavailable, bus, {}))) {
      book.release(subject_of(LinkFault::bus_down, bus, {}), now, verdict.changes);
    }
  }
}

void Watchman::State::open_link(const LinkStep& step, const Moment& now, Verdict& verdict) {
  const auto where = is_of_device(step.fault) ? place(site, step.device)
                     : is_of_bus(step.fault)  ? place(site, step.bus)
                                              : place_of_supply(site, links.supplies()[step.supply]);
  auto seen = observe_link(site, links, step);
  usb.add_to(seen, step);
  auto analysis = compose(catalogue, kind_of(step.fault, is_tcp(step.bus)), where, std::move(seen));
  analysis.held_back = held_back(step);
  if (step.told_as) {
    book.restate(subject_of(*step.told_as, step.bus, step.device), std::move(analysis), now, verdict.changes);
    return;
  }
  book.raise(subject_of(step), step.since, std::move(analysis), now, verdict.changes);
  if (is_of_bus(step.fault)) suppress_behind(step, now, verdict);
}

void Watchman::State::apply_links(const Moment& now, Verdict& verdict) {
  bool bus_closed = false;
  for (const auto& step : link_steps.steps) {
    if (step.opens) {
      if (!usb.withholds(step, now)) open_link(step, now, verdict);
    } else {
      if (step.fault == LinkFault::bus_unavailable) usb.forget(step.bus);
      book.clear(subject_of(step), now, verdict.changes);
      bus_closed = bus_closed || is_of_bus(step.fault);
    }
  }
  if (bus_closed) release_explained(now, verdict);
  verdict.ask.insert(verdict.ask.end(), link_steps.ask.begin(), link_steps.ask.end());
}

Watchman::Watchman(const Site& site, const catalogue::Catalogue& catalogue)
    : state_(std::make_unique<State>(site, catalogue)) {}
Watchman::~Watchman() = default;

void Watchman::restore(std::vector<Finding> open, const std::vector<FindingId>& last_occurrences) {
  auto& s = *state_;
  s.book.restore(std::move(open), last_occurrences);
  for (std::size_t i = 0; i < s.watch_subjects.size(); ++i) {
    if (s.book.active(s.watch_subjects[i])) s.judge.hold_open(i);
  }
  for (std::size_t i = 0; i < s.point_subjects.size(); ++i) {
    if (s.book.active(s.point_subjects[i])) s.judge.hold_implausible(PointIndex(i));
  }
  s.restore_links();
}

std::vector<std::string> Watchman::restore(std::span<const judgement::KeptPiece> pieces) {
  return state_->foresight.restore(pieces);
}

void Watchman::State::restore_links() {
  const auto restore = [this](LinkFault fault, BusIndex bus, DeviceIndex device, std::size_t supply = 0) {
    if (book.active(subject_of(fault, bus, device, supply))) links.restore(fault, bus, device, supply);
  };
  for (std::size_t i = 0; i < device_subjects.size(); ++i) {
    for (const auto fault : device_faults) restore(fault, site.devices[i].bus, DeviceIndex(i));
  }
  for (std::size_t i = 0; i < bus_subjects.size(); ++i) {
    for (const auto fault : bus_faults) restore(fault, BusIndex(i), {});
  }
  for (std::size_t i = 0; i < supply_subjects.size(); ++i) restore(LinkFault::supply_lost, {}, {}, i);
}

void Watchman::newcomer(DeviceIndex device) { state_->links.newcomer(device); }

void Watchman::take(std::span<const Reading> readings, const Moment& now, Verdict& verdict) {
  auto& s = *state_;
  s.begin(now);
  for (const auto& reading : readings) s.judge.note(reading);
  for (const auto& reading : readings) {
    if (s.links.behind(s.site.points[at(reading.point)].device) || s.foresight.explains(reading.point)) {
      s.judge.interrupt(reading.point);
    } else {
      s.judge.judge(reading, now.boot, s.point_steps);
    }
  }
  s.apply_points(now, verdict);
  s.foresight.take(readings, now, verdict.changes);
}

void Watchman::take(const DeviceAttempt& attempt, Verdict& verdict) {
  auto& s = *state_;
  s.begin(attempt.at);
  s.links.take(attempt, s.link_steps);
  s.apply_links(attempt.at, verdict);
}

void Watchman::bus_available(BusIndex bus, bool available, std::string why, const Moment& now, Verdict& verdict) {
  auto& s = *state_;
  s.begin(now);
  s.links.bus_available(bus, available, std::move(why), now);
  s.links.tick(now, s.link_steps);
  s.apply_links(now, verdict);
}

void Watchman::notice(const UsbNotice& notice, const Moment& now, Verdict& verdict) {
  auto& s = *state_;
  s.begin(now);
  s.usb.take(notice, now, verdict.changes);
}

void Watchman::add_test(const std::string& device, const std::string& test) { state_->tests.add(device, test); }

void Watchman::notice(const TestNotice& notice, const Moment& now, Verdict& verdict) {
  state_->begin(now);
  state_->tests.take(notice, now, verdict.changes);
}

void Watchman::tick(const Moment& now, Verdict& verdict) {
  auto& s = *state_;
  s.begin(now);
  s.judge.tick(now.boot, s.point_steps);
  s.apply_points(now, verdict);
  s.links.tick(now, s.link_steps);
  s.apply_links(now, verdict);
  for (const auto& step : s.usb.overdue(now)) s.open_link(step, now, verdict);
  s.release_explained(now, verdict);
  s.foresight.tick(now, verdict.changes);
  s.book.tick(now, verdict.changes);
}

Result<void> Watchman::acknowledge(std::string_view finding, std::string who, const Moment& now, Verdict& verdict) {
  state_->begin(now);
  return state_->book.acknowledge(finding, std::move(who), now, verdict.changes);
}

Result<void> Watchman::shelve(std::string_view finding, std::string who, std::string reason, WallTime until,
                              const Moment& now, Verdict& verdict) {
  state_->begin(now);
  return state_->book.shelve(finding, {std::move(who), std::move(reason), until}, now, verdict.changes);
}

Result<void> Watchman::unshelve(std::string_view finding, std::string who, const Moment& now, Verdict& verdict) {
  state_->begin(now);
  return state_->book.unshelve(finding, std::move(who), now, verdict.changes);
}

Foresight& Watchman::foresight() { return state_->foresight; }

std::vector<Finding> Watchman::open() const { return state_->book.open(); }

}  // namespace inspect::agent
