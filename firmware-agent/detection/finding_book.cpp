#include "firmware-agent/detection/finding_book.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

/// A shelf whose end cannot be told, because the clock knows nothing after a reboot, lasts at most one exam shift.
constexpr auto shelf_without_clock = 8h;

std::string subject_name(std::string_view device, std::string_view point, std::string_view kind) {
  std::string name;
  name.reserve(device.size() + point.size() + kind.size() + 2);
  name.append(device).append("/").append(point).append("/").append(kind);
  return name;
}

/// Whether two moments lie in the same run of the boot clock: then wall and boot clock went on together, but for a
/// correction. A clock that starts at the same wrong date after every reboot looks the same and is not believed.
bool same_boot(const Moment& a, const Moment& b) {
  if (a.trust == ClockTrust::none || b.trust == ClockTrust::none || a.boot > b.boot) return false;
  const auto wall = b.wall - a.wall;
  const auto boot = std::chrono::duration_cast<std::chrono::milliseconds>(b.boot - a.boot);
  return std::chrono::abs(wall - boot) < 5s;
}

Error unknown(std::string_view id) {
  return fail(Errc::invalid_argument, "there is no open finding '" + std::string(id) + "'; `findings` lists them");
}

Error refused(const Finding& finding, std::string_view what) {
  return fail(Errc::invalid_argument, to_string(finding.id) + " is " + std::string(name(finding.state)) + " and " +
                                          (finding.active ? "measured now" : "gone") + ": it cannot be " +
                                          std::string(what));
}

}  // namespace

SubjectIndex FindingBook::subject(std::string_view device, std::string_view point, std::string_view kind,
                                  FaultClass fault_class) {
  const auto [place, fresh] = by_name_.try_emplace(subject_name(device, point, kind), slots_.size());
  if (fresh) {
    auto& slot = slots_.emplace_back();
    slot.id = FindingId{site_, std::string(device), std::string(point), std::string(kind), 0};
    slot.fault_class = fault_class;
  }
  return SubjectIndex(place->second);
}

void FindingBook::restore(std::vector<Finding> open, const std::vector<FindingId>& last_occurrences) {
  const auto known = slots_.size();
  for (const auto& id : last_occurrences) {
    // A number of a subject that is not watched now matters only if it comes back, and then it is given here again.
    const auto place = by_name_.find(subject_name(id.device, id.point, id.kind));
    if (place == by_name_.end() || id.site != site_) continue;
    auto& last = slots_[place->second].id.occurrence;
    last = std::max(last, id.occurrence);
  }
  for (auto& finding : open) {
    if (finding.state == AlarmState::normal || finding.id.site != site_) continue;
    const auto place = at(subject(finding.id.device, finding.id.point, finding.id.kind, finding.fault_class));
    auto& slot = slots_[place];
    slot.orphan = place >= known;
    if (slot.finding && slot.finding->id.occurrence >= finding.id.occurrence) continue;
    slot.id.occurrence = std::max(slot.id.occurrence, finding.id.occurrence);
    slot.finding = std::make_unique<Finding>(std::move(finding));
  }
  awake_ = false;
}

void FindingBook::wake(const Moment& now) {
  if (awake_) return;
  awake_ = true;
  for (auto& slot : slots_) {
    if (slot.finding) wake(slot, now);
  }
}

void FindingBook::wake(Slot& slot, const Moment& now) const {
  const auto& finding = *slot.finding;
  // After a reboot nobody knows for certain how long it was away: the hold time starts again.
  if (!finding.active) {
    const auto left = finding.returned.value_or(finding.changed);
    slot.returned_at = same_boot(left, now) ? left.boot : now.boot;
  }
  if (finding.state == AlarmState::shelved) {
    const auto left = finding.shelved_until.value_or(now.wall) - now.wall;
    const auto most = now.trust == ClockTrust::none ? shelf_without_clock : longest_shelf;
    slot.shelf_ends = now.boot + std::clamp<std::chrono::milliseconds>(left, 0ms, most);
  }
}

bool FindingBook::apply(Slot& slot, AlarmInput input, const Moment& now, std::vector<FindingChange>& changes) {
  auto& finding = *slot.finding;
  const auto step = alarm_step(finding.state, finding.active, input);
  if (!step) return false;
  finding.state = step->next;
  if (input == AlarmInput::fault) {
    finding.active = true;
    finding.returned.reset();
    ++finding.repeats;
  } else if (input == AlarmInput::healthy) {
    finding.active = false;
    finding.returned = now;
    slot.returned_at = now.boot;
  }
  finding.changed = now;
  changes.push_back({step->event, finding});
  if (finding.state == AlarmState::normal) slot.finding.reset();
  return true;
}

void FindingBook::raise(SubjectIndex subject, const Moment& since, Analysis analysis, const Moment& now,
                        std::vector<FindingChange>& changes) {
  auto& slot = slots_[at(subject)];
  if (slot.finding && slot.finding->active) return;
  if (slot.finding) {
    const bool watched = slot.finding->state == AlarmState::shelved || slot.finding->state == AlarmState::suppressed;
    if (watched || now.boot - slot.returned_at < hold_time) {
      slot.finding->analysis = std::move(analysis);
      apply(slot, AlarmInput::fault, now, changes);
      return;
    }
    apply(slot, AlarmInput::expire, now, changes);
  }
  slot.id.occurrence += 1;
  slot.finding = std::make_unique<Finding>();
  auto& finding = *slot.finding;
  finding.id = slot.id;
  finding.fault_class = slot.fault_class;
  finding.since = since;
  finding.changed = now;
  finding.analysis = std::move(analysis);
  // The table's row for `normal`: the only state without a finding to apply it to.
  const auto step = alarm_step(AlarmState::normal, false, AlarmInput::fault);
  finding.state = step->next;
  changes.push_back({step->event, finding});
}

void FindingBook::restate(SubjectIndex subject, Analysis analysis, const Moment& now,
                          std::vector<FindingChange>& changes) {
  auto& slot = slots_[at(subject)];
  if (!slot.finding || !slot.finding->active) return;
  slot.finding->analysis = std::move(analysis);
  slot.finding->changed = now;
  changes.push_back({FindingEvent::updated, *slot.finding});
}

void FindingBook::clear(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes) {
  auto& slot = slots_[at(subject)];
  if (slot.finding && slot.finding->active) apply(slot, AlarmInput::healthy, now, changes);
}

void FindingBook::suppress(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes) {
  auto& slot = slots_[at(subject)];
  if (slot.finding) apply(slot, AlarmInput::suppress, now, changes);
}

void FindingBook::release(SubjectIndex subject, const Moment& now, std::vector<FindingChange>& changes) {
  auto& slot = slots_[at(subject)];
  if (slot.finding) apply(slot, AlarmInput::release, now, changes);
}

void FindingBook::age(Slot& slot, const Moment& now, std::vector<FindingChange>& changes) {
  const auto& finding = *slot.finding;
  if (finding.state == AlarmState::shelved) {
    if (now.boot < slot.shelf_ends) return;
    slot.finding->by.clear();
    slot.finding->shelved_until.reset();
    apply(slot, AlarmInput::unshelve, now, changes);
    return;
  }
  if (slot.orphan && finding.state == AlarmState::suppressed) apply(slot, AlarmInput::release, now, changes);
  if (slot.orphan && finding.state == AlarmState::acknowledged) {
    slot.finding->state = AlarmState::normal;
    slot.finding->changed = now;
    changes.push_back({FindingEvent::updated, *slot.finding});
    slot.finding.reset();
    return;
  }
  if (finding.active) return;
  const auto gone = now.boot - slot.returned_at;
  const bool told = finding.state == AlarmState::acknowledged && gone >= hold_time;
  if (told || (finding.state == AlarmState::returned && gone >= returned_kept)) {
    apply(slot, AlarmInput::expire, now, changes);
  }
}

void FindingBook::tick(const Moment& now, std::vector<FindingChange>& changes) {
  for (auto& slot : slots_) {
    if (slot.finding) age(slot, now, changes);
  }
}

FindingBook::Slot* FindingBook::find(std::string_view id) {
  const auto parsed = finding_id_from(id);
  if (!parsed || parsed->site != site_) return nullptr;
  const auto place = by_name_.find(subject_name(parsed->device, parsed->point, parsed->kind));
  if (place == by_name_.end()) return nullptr;
  auto& slot = slots_[place->second];
  return slot.finding && slot.finding->id == *parsed ? &slot : nullptr;
}

Result<void> FindingBook::acknowledge(std::string_view id, std::string who, const Moment& now,
                                      std::vector<FindingChange>& changes) {
  auto* slot = find(id);
  if (slot == nullptr) return unknown(id);
  auto before = slot->finding->by;
  slot->finding->by = std::move(who);
  const auto told = changes.size();
  if (!apply(*slot, AlarmInput::acknowledge, now, changes)) {
    slot->finding->by = std::move(before);
    return refused(*slot->finding, "acknowledged");
  }
  // Gone longer than the hold time: nothing is waited for any more, the acknowledgement ends it at once.
  if (!slot->finding->active && now.boot - slot->returned_at >= hold_time) {
    slot->finding->state = AlarmState::normal;
    changes[told].finding.state = AlarmState::normal;
    slot->finding.reset();
  }
  return {};
}

Result<void> FindingBook::shelve(std::string_view id, ShelfOrder order, const Moment& now,
                                 std::vector<FindingChange>& changes) {
  auto* slot = find(id);
  if (slot == nullptr) return unknown(id);
  if (order.reason.empty()) return fail(Errc::invalid_argument, "a shelf needs a reason");
  if (order.until <= now.wall) return fail(Errc::invalid_argument, "the shelf's end lies in the past");
  if (order.until - now.wall > longest_shelf) {
    return fail(Errc::invalid_argument, "a shelf lasts at most 7 days; shelve again when it ends");
  }
  auto& finding = *slot->finding;
  if (!alarm_step(finding.state, finding.active, AlarmInput::shelve)) return refused(finding, "shelved");
  finding.by = std::move(order.who);
  finding.reason = std::move(order.reason);
  finding.shelved_until = order.until;
  slot->shelf_ends = now.boot + (order.until - now.wall);
  apply(*slot, AlarmInput::shelve, now, changes);
  return {};
}

Result<void> FindingBook::unshelve(std::string_view id, std::string who, const Moment& now,
                                   std::vector<FindingChange>& changes) {
  auto* slot = find(id);
  if (slot == nullptr) return unknown(id);
  auto& finding = *slot->finding;
  if (!alarm_step(finding.state, finding.active, AlarmInput::unshelve)) return refused(finding, "unshelved");
  finding.by = std::move(who);
  finding.shelved_until.reset();
  apply(*slot, AlarmInput::unshelve, now, changes);
  return {};
}

bool FindingBook::active(SubjectIndex subject) const {
  const auto& slot = slots_[at(subject)];
  return slot.finding && slot.finding->active;
}

const Finding* FindingBook::finding(SubjectIndex subject) const { return slots_[at(subject)].finding.get(); }

std::vector<Finding> FindingBook::open() const {
  std::vector<Finding> findings;
  for (const auto& slot : slots_) {
    if (slot.finding) findings.push_back(*slot.finding);
  }
  return findings;
}

}  // namespace inspect::agent
