#include "firmware-agent/polling/schedule.hpp"

#include <algorithm>

namespace inspect::agent {

using namespace std::chrono_literals;

namespace {

/// So long a probe waits for idle time before it takes its share of busy time.
constexpr auto idle_patience = 500ms;
/// A device missed once is asked again in idle time; on a bus that has none, in its own turn, or after so long.
constexpr auto again_patience = 2000ms;
/// In idle time every so manyth probe waits as long as the idle time lasts.
constexpr unsigned patient_turn = 16;

}  // namespace

std::size_t Schedule::add(PollItem item, BootTime first_due) {
  const auto free = std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.present; });
  const bool dormant =
      std::any_of(dormant_.begin(), dormant_.end(), [&](const Dormant& other) { return other.device == item.device; });
  const Entry entry{item, first_due, true, dormant, false, std::nullopt, {}};
  if (free == entries_.end()) {
    entries_.push_back(entry);
    return entries_.size() - 1;
  }
  *free = entry;
  return static_cast<std::size_t>(free - entries_.begin());
}

void Schedule::remove(std::size_t item) {
  entries_[item].present = false;
  entries_[item].wish.reset();
}

void Schedule::wish(std::size_t item, Purpose purpose, BootTime from) {
  auto& entry = entries_[item];
  if (!entry.present || entry.dormant) return;
  // A person's wish outranks a confirmation, which outranks asking again: an answer to the one serves the other.
  if (entry.wish && *entry.wish >= purpose) return;
  entry.wish = purpose;
  entry.wish_from = from;
}

void Schedule::doubt(std::size_t item, BootTime now) {
  wish(item, Purpose::again, now);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i != item && entries_[i].present && entries_[i].item.device == entries_[item].item.device)
      entries_[i].held = true;
  }
}

void Schedule::settle(DeviceIndex device) {
  for (auto& entry : entries_) {
    if (entry.item.device == device) entry.held = false;
  }
}

void Schedule::hasten(DeviceIndex device, BootTime now) {
  if (const auto place = dormant_place(device); place != dormant_.end()) {
    place->hastened = true;
  } else if (const auto item = first_item_of(device)) {
    entries_[*item].due = std::min(entries_[*item].due, now);
  }
}

std::optional<std::size_t> Schedule::first_wish(BootTime now, bool poll_is_due) const {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    if (!entry.wish || entry.held) continue;
    const auto from = entry.wish_from + (poll_is_due && entry.wish == Purpose::again ? again_patience : 0ms);
    if (from <= now && (!first || entry.wish_from < entries_[*first].wish_from)) first = i;
  }
  return first;
}

std::optional<std::size_t> Schedule::most_overdue() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    if (!entry.present || entry.dormant || entry.held) continue;
    if (!best || entry.due < entries_[*best].due) best = i;
  }
  return best;
}

std::optional<std::size_t> Schedule::first_item_of(DeviceIndex device) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].present && entries_[i].item.device == device) return i;
  }
  return std::nullopt;
}

std::vector<Schedule::Dormant>::iterator Schedule::dormant_place(DeviceIndex device) {
  return std::find_if(dormant_.begin(), dormant_.end(), [&](const Dormant& d) { return d.device == device; });
}

const Schedule::Dormant* Schedule::next_dormant() const {
  const auto turn = std::min_element(dormant_.begin(), dormant_.end(), [](const Dormant& a, const Dormant& b) {
    return a.hastened != b.hastened ? a.hastened : a.due < b.due;
  });
  return turn == dormant_.end() ? nullptr : &*turn;
}

BootTime Schedule::paid_from(const Dormant& dormant) const {
  return dormant.hastened ? budget_.allowed_from() : std::max(dormant.due + idle_patience, budget_.allowed_from());
}

std::optional<Task> Schedule::probe(BootTime now, BootTime idle_until) const {
  const auto* turn = next_dormant();
  if (turn == nullptr || (turn->due > now && !turn->hastened)) return std::nullopt;
  const auto item = first_item_of(turn->device);
  if (!item) return std::nullopt;
  if (turn->due <= now && idle_until > now + turn->cost) {
    const bool patient = turn->probes % patient_turn == patient_turn - 1;
    return Task{*item, Purpose::probe, patient ? idle_until - now : 0ns, true};
  }
  if (now < paid_from(*turn)) return std::nullopt;
  return Task{*item, Purpose::probe, budget_.patience(now), false};
}

std::optional<Task> Schedule::next(BootTime now) {
  const auto poll = most_overdue();
  const bool poll_is_due = poll && entries_[*poll].due <= now;
  const bool extra_may = !(last_was_extra_ && poll_is_due);
  if (const auto wish = extra_may ? first_wish(now, poll_is_due) : std::nullopt) {
    const Task task{*wish, *entries_[*wish].wish};
    entries_[*wish].wish.reset();
    last_was_extra_ = true;
    return task;
  }
  if (const auto task = extra_may ? probe(now, poll ? entries_[*poll].due : BootTime::max()) : std::nullopt) {
    last_was_extra_ = true;
    return task;
  }
  if (!poll_is_due) return std::nullopt;
  last_was_extra_ = false;
  if (entries_[*poll].wish == Purpose::again) entries_[*poll].wish.reset();  // its own turn has come
  return Task{*poll, Purpose::poll};
}

BootTime Schedule::wake(BootTime now) const {
  const auto poll = most_overdue();
  const auto due = poll ? entries_[*poll].due : BootTime::max();
  auto wake = due;
  for (const auto& entry : entries_) {
    if (entry.wish && !entry.held) wake = std::min(wake, entry.wish_from);
  }
  if (const auto* turn = next_dormant()) {
    const auto from = std::max(turn->due, now);
    const auto paid = std::max(turn->hastened ? now : from, paid_from(*turn));
    wake = std::min(wake, due > from + turn->cost ? std::min(from, paid) : paid);
  }
  return std::max(wake, now);
}

void Schedule::done(const Task& task, BootTime started, BootTime finished) {
  auto& entry = entries_[task.item];
  const auto cost = finished - started;
  if (task.purpose == Purpose::probe) {
    const bool patient = task.spare > 0ns;
    if (const auto place = dormant_place(entry.item.device); place != dormant_.end()) {
      if (!patient) place->cost = cost;
      place->due = finished + probe_pause;
      place->hastened = false;
      ++place->probes;
    }
    if (!task.idle) budget_.pay(finished, cost, patient);
    return;
  }
  if (task.purpose != Purpose::poll) return;
  // On a bus that cannot keep the periods the lateness is not carried along: it would only reorder the round.
  entry.due = std::max(entry.due + entry.item.period, started + entry.item.period / 2);
}

void Schedule::set_dormant(DeviceIndex device, bool dormant, BootTime now, std::chrono::nanoseconds cost) {
  for (auto& entry : entries_) {
    if (entry.item.device != device || entry.dormant == dormant) continue;
    entry.dormant = dormant;
    entry.held = false;
    if (dormant) entry.wish.reset();
    if (!dormant) entry.due = now;
  }
  const auto known = dormant_place(device);
  if (dormant && known == dormant_.end()) {
    if (dormant_.empty()) budget_.begin(now);
    dormant_.push_back({device, now + probe_pause, std::min<std::chrono::nanoseconds>(cost, probe_savings)});
  }
  if (!dormant && known != dormant_.end()) dormant_.erase(known);
}

}  // namespace inspect::agent
