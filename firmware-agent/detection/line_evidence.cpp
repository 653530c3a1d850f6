#include "firmware-agent/detection/line_evidence.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

/// One device silent on a line that shows no other trouble. With the two questions that made it suspect these are four
/// unanswered in a row: at one answer in a hundred lost, once in 10^8 questions; and still told within 3 s.
constexpr unsigned proofs_alone = 2;
/// Several silent at once look more like a line, …
constexpr unsigned proofs_together = 3;
/// … and on a line that was interrupted a minute ago more is needed still.
constexpr unsigned proofs_shaken = 4;
/// Whatever else the line does: so many unanswered in a row, for so long, while others answer.
constexpr unsigned misses_at_last = 10;
constexpr auto silent_at_last = 30s;

/// The only device of a bus has no neighbour to prove anything by; a connection that hangs for a second is nothing.
constexpr unsigned misses_single = 3;
constexpr auto silent_single = 2s;

constexpr std::size_t flaps = 3;
constexpr auto flaps_within = 60s;

}  // namespace

void LineEvidence::missed(std::size_t number, const Moment& at) {
  auto& member = members_[number];
  if (now_.missing == 0) now_.first = at;
  now_.last = member.last = at;
  if (++member.misses == 1) {
    member.first = at;
    now_.fresh = true;
  }
  if (member.stretch == now_.number) return;
  member.stretch = now_.number;
  ++now_.missing;
}

void LineEvidence::end_stretch(std::size_t member) {
  // A stretch in which somebody fell silent may be an interruption and proves nothing against those silent before.
  if (!now_.fresh) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (i != member && members_[i].stretch == now_.number) ++members_[i].proofs;
    }
  }
  if (now_.missing >= 2) shared_ = now_;
  now_ = {now_.number + 1, 0, false, {}, {}};
}

void LineEvidence::heard(std::size_t number, const Moment& at) {
  if (now_.missing > 0) end_stretch(number);
  last_heard_ = number;
  heard_at_ = at.boot;
  auto& member = members_[number];
  if (member.misses == 0) return;
  if (shared_ && member.stretch == shared_->number) {
    interrupted(shared_->first, at.boot);
    shared_.reset();
  }
  member = {};
  for (auto& other : members_) other.proofs = 0;
}

void LineEvidence::interrupted(const Moment& since, BootTime now) {
  // What follows a line that was down belongs to that finding.
  if (untrusted_until_ && now < *untrusted_until_) return;
  if (interruptions_.size() == flaps) interruptions_.erase(interruptions_.begin());
  interruptions_.push_back(since);
}

void LineEvidence::line_was_down(BootTime now) {
  forget();
  interruptions_.clear();
  untrusted_until_ = now + flaps_within;
}

void LineEvidence::forget() {
  std::fill(members_.begin(), members_.end(), Member{});
  now_ = {now_.number + 1, 0, false, {}, {}};
  shared_.reset();
}

bool LineEvidence::shaken(BootTime now) const {
  if (untrusted_until_ && now < *untrusted_until_) return true;
  return !interruptions_.empty() && now - interruptions_.back().boot < flaps_within;
}

std::optional<Moment> LineEvidence::flapping(BootTime now) const {
  if (interruptions_.size() < flaps || now - interruptions_.front().boot > flaps_within) return std::nullopt;
  return interruptions_.front();
}

BootClock::duration LineEvidence::silence() const {
  return now_.missing == 0 ? BootClock::duration{} : now_.last.boot - now_.first.boot;
}

bool LineEvidence::heard_since(std::size_t number) const {
  const auto& member = members_[number];
  return last_heard_ && *last_heard_ != number && member.misses > 0 && heard_at_ > member.first.boot;
}

bool LineEvidence::convicts(std::size_t number, BootTime now) const {
  const auto& member = members_[number];
  const auto lasted = member.last.boot - member.first.boot;
  if (members_.size() == 1) return member.misses >= misses_single && lasted >= silent_single;
  if (member.misses >= misses_at_last && lasted >= silent_at_last) return true;
  if (shaken(now)) return member.proofs >= proofs_shaken;
  const auto suspects = std::count_if(members_.begin(), members_.end(), [](const Member& m) { return m.misses >= 2; });
  return member.proofs >= (suspects > 1 ? proofs_together : proofs_alone);
}

}  // namespace inspect::agent
