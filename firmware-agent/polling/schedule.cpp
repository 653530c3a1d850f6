#include "firmware-agent/polling/schedule.hpp"

#include <algorithm>

namespace inspect::agent {

std::size_t Schedule::add(PollItem item, BootTime first_due) {
  const auto free = std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.present; });
  const bool dormant =
      std::any_of(dormant_.begin(), dormant_.end(), [&](const Dormant& other) { return other.device == item.device; });
  const Entry entry{item, first_due, true, dormant, std::nullopt, {}};
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
  if (!entry.present) return;
  // A person's wish outranks a confirmation: it reads the same block, so both are served.
  if (entry.wish && purpose != Purpose::fresh) return;
  entry.wish = purpose;
  entry.wish_from = from;
}

std::optional<std::size_t> Schedule::first_wish() const {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].wish && (!first || entries_[i].wish_from < entries_[*first].wish_from)) first = i;
  }
  return first;
}

std::optional<std::size_t> Schedule::most_overdue() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    if (!entry.present || entry.dormant) continue;
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

std::optional<Task> Schedule::probe(BootTime now, std::optional<std::size_t> next_poll) {
  const auto turn = std::min_element(dormant_.begin(), dormant_.end(),
                                     [](const Dormant& a, const Dormant& b) { return a.due < b.due; });
  if (turn == dormant_.end() || turn->due > now) return std::nullopt;
  const auto share_from = std::max(turn->due + probe_patience, probe_allowed_);
  if (!idle_for(turn->cost, now, next_poll) && now < share_from) return std::nullopt;
  const auto item = first_item_of(turn->device);
  if (!item) return std::nullopt;
  return Task{*item, Purpose::probe};
}

bool Schedule::idle_for(std::chrono::nanoseconds cost, BootTime from, std::optional<std::size_t> next_poll) const {
  return !next_poll || entries_[*next_poll].due > from + cost;
}

std::optional<Task> Schedule::next(BootTime now) {
  const auto poll = most_overdue();
  const bool poll_is_due = poll && entries_[*poll].due <= now;
  const bool extra_may = !(last_was_extra_ && poll_is_due);
  if (const auto wish = first_wish(); extra_may && wish && entries_[*wish].wish_from <= now) {
    const Task task{*wish, *entries_[*wish].wish};
    entries_[*wish].wish.reset();
    last_was_extra_ = true;
    return task;
  }
  if (const auto task = extra_may ? probe(now, poll) : std::nullopt) {
    last_was_extra_ = true;
    return task;
  }
  if (!poll_is_due) return std::nullopt;
  last_was_extra_ = false;
  return Task{*poll, Purpose::poll};
}

BootTime Schedule::wake(BootTime now) const {
  auto wake = BootTime::max();
  if (const auto wish = first_wish()) wake = entries_[*wish].wish_from;
  const auto poll = most_overdue();
  if (poll) wake = std::min(wake, entries_[*poll].due);
  for (const auto& dormant : dormant_) {
    const auto turn = std::max(dormant.due, now);
    const auto share_from = std::max(dormant.due + probe_patience, probe_allowed_);
    wake = std::min(wake, idle_for(dormant.cost, turn, poll) ? turn : std::max(turn, share_from));
  }
  return std::max(wake, now);
}

void Schedule::done(const Task& task, BootTime started, BootTime finished) {
  auto& entry = entries_[task.item];
  const auto cost = finished - started;
  if (task.purpose == Purpose::probe) {
    for (auto& dormant : dormant_) {
      if (dormant.device != entry.item.device) continue;
      dormant.cost = cost;
      dormant.due = finished + probe_pause;
    }
    // Paid for when as much time has passed as makes the cost the stated share of it.
    probe_allowed_ = started + std::chrono::duration_cast<BootClock::duration>(cost / probe_share);
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
    if (dormant) entry.wish.reset();
    if (!dormant) entry.due = now;
  }
  const auto known =
      std::find_if(dormant_.begin(), dormant_.end(), [&](const Dormant& d) { return d.device == device; });
  if (dormant && known == dormant_.end()) dormant_.push_back({device, now + probe_pause, cost});
  if (!dormant && known != dormant_.end()) dormant_.erase(known);
}

}  // namespace inspect::agent
