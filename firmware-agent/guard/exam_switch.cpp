#include "firmware-agent/guard/exam_switch.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace inspect::guard {
namespace {

using std::chrono::milliseconds;

bool believed(ClockTrust trust) { return trust == ClockTrust::rtc || trust == ClockTrust::ntp; }

/// "from until trust who": `who` last, because it may hold anything.
std::optional<ExamSwitch::Exam> parse(std::string_view kept) {
  std::array<std::string_view, 3> words;
  for (auto& word : words) {
    const auto space = kept.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    word = kept.substr(0, space);
    kept.remove_prefix(space + 1);
  }
  const auto from = parse_rfc3339(words[0]);
  const auto until = parse_rfc3339(words[1]);
  const auto trust = clock_trust_from(words[2]);
  if (!from || !until || !trust) return std::nullopt;
  return ExamSwitch::Exam{*from, *until, *trust, std::string(kept)};
}

}  // namespace

Result<void> ExamSwitch::begin(milliseconds length, std::string who, const Moment& now) {
  if (length <= milliseconds{0} || length > longest) {
    return fail(Errc::invalid_argument, "an exam lasts more than nothing and at most 24 h; it can be extended later");
  }
  const auto from = on(now.boot) ? exam(now)->from : now.wall;
  exam_ = Exam{from, now.wall + length, now.trust, std::move(who)};
  ends_ = now.boot + length;
  return boost::system::in_place_value;
}

bool ExamSwitch::end(BootTime now) {
  const bool was_on = on(now);
  exam_.reset();
  return was_on;
}

std::optional<ExamSwitch::Exam> ExamSwitch::exam(const Moment& now) const {
  if (!on(now.boot)) return std::nullopt;
  auto shown = *exam_;
  // The clock may have been set since.
  shown.until = now.wall + std::chrono::duration_cast<milliseconds>(ends_ - now.boot);
  shown.from += shown.until - exam_->until;
  shown.trust = now.trust;
  return shown;
}

std::string ExamSwitch::kept() const {
  if (!exam_) return {};
  return rfc3339(exam_->from) + ' ' + rfc3339(exam_->until) + ' ' + std::string(name(exam_->trust)) + ' ' + exam_->who;
}

void ExamSwitch::restore(std::string_view kept, const Moment& now) {
  exam_.reset();
  if (kept.empty()) return;
  const auto read = parse(kept);
  if (!read) {
    exam_ = Exam{now.wall, now.wall + longest, now.trust, "?"};
    ends_ = now.boot + longest;
    return;
  }
  exam_ = *read;
  milliseconds left = read->until - read->from;
  if (believed(read->trust) && believed(now.trust)) left = read->until - now.wall;
  left = std::clamp(left, milliseconds{0}, milliseconds{longest});
  ends_ = now.boot + left;
  exam_->from += now.wall + left - read->until;
  exam_->until = now.wall + left;
  exam_->trust = now.trust;
}

}  // namespace inspect::guard
