#include "protocol/modbus/owed_answers.hpp"

#include <algorithm>

namespace inspect::modbus {

void OwedAnswers::add(const Request& request, BootTime asked, std::chrono::nanoseconds limit, BootTime until,
                      Asker asker) {
  for (auto& entry : entries_) {
    if (entry.request == request) {
      ++entry.count;
      entry.until = std::max(entry.until, until);
      return;
    }
  }
  if (entries_.size() >= capacity) {
    held_until_[request.unit] = std::max(held_until_[request.unit], until);
    return;
  }
  entries_.push_back({request, asked, limit, until, 1, asker});
}

void OwedAnswers::forget_before(BootTime now) {
  now_ = now;
  std::erase_if(entries_, [now](const Entry& entry) { return entry.until <= now; });
}

OwedAnswers::Fit OwedAnswers::fit(const Request& request) const {
  if (held_until_[request.unit] > now_) return Fit::other;
  auto fit = Fit::none;
  for (const auto& entry : entries_) {
    const auto& owed = entry.request;
    if (owed.unit != request.unit || owed.function != request.function) continue;
    if (owed == request) {
      fit = Fit::same;
    } else if (answer_pdu_length(owed) == answer_pdu_length(request)) {
      return Fit::other;
    }
  }
  return fit;
}

bool OwedAnswers::refusal_expected(const Request& request) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.request.unit == request.unit && entry.request.function == request.function;
  });
}

bool OwedAnswers::expects(BytesView frame) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return decode_rtu(entry.request, frame).has_value(); });
}

std::optional<OwedAnswers::Settled> OwedAnswers::settle(BytesView frame, BootTime now) {
  const auto fits = [&](const Entry& entry) { return decode_rtu(entry.request, frame).has_value(); };
  const auto first = std::find_if(entries_.begin(), entries_.end(), fits);
  if (first == entries_.end() || std::any_of(first + 1, entries_.end(), fits)) return std::nullopt;
  const auto delay = now - first->asked;
  const Settled settled{first->request.unit, std::min(delay, first->limit), delay, first->asker};
  if (--first->count == 0) entries_.erase(first);
  return settled;
}

}  // namespace inspect::modbus
