#include "firmware-agent/cli/search.hpp"

#include <algorithm>
#include <utility>

namespace inspect::cli {

using modbus::Answer;
using modbus::Request;

Search::Search(std::vector<std::uint8_t> units, const std::vector<drivers::Profile>& profiles,
               std::optional<drivers::LineFormat> line)
    : units_(std::move(units)), profiles_(profiles), line_(line), finding_(drivers::finding_questions(profiles)) {
  // Without a profile a search still finds who is there: nearly everything reads holding registers, or refuses them.
  if (finding_.empty()) finding_.push_back({1, 3, 0, 1, {}});
}

std::size_t Search::to_ask() const {
  const auto rounds = finding_.size() - std::min(round_, finding_.size());
  return rounds == 0 ? 0 : rounds * units_.size() - place_;
}

std::optional<Request> Search::next() const {
  if (looking_at_) {
    auto question = telling_.front();
    question.unit = looking_at_->unit;
    return question;
  }
  if (round_ >= finding_.size() || units_.empty()) return std::nullopt;
  auto question = finding_[round_];
  question.unit = units_[place_];
  return question;
}

void Search::forward() {
  if (place_ < units_.size()) return;
  place_ = 0;
  ++round_;
}

std::optional<FoundUnit> Search::take(const std::optional<Answer>& answer) {
  const auto question = next();
  if (!question) return std::nullopt;
  if (looking_at_) {
    replies_.emplace_back(*question, answer);
    telling_.erase(telling_.begin());
    if (!telling_.empty()) return std::nullopt;
    return conclude();
  }
  ++asked_;
  if (!answer) {
    ++place_;
    forward();
    return std::nullopt;
  }
  ++found_;
  units_.erase(units_.begin() + static_cast<std::ptrdiff_t>(place_));
  forward();
  look_at(question->unit, answer);
  looking_at_->question = *question;
  if (telling_.empty()) return conclude();
  return std::nullopt;
}

void Search::look_at(std::uint8_t unit, const std::optional<Answer>& answer) {
  looking_at_ = FoundUnit{unit, {}, answer->exception, {}};
  replies_.clear();
  telling_.clear();
  for (const auto& profile : profiles_) {
    for (const auto& question : drivers::telling_questions(profile)) {
      if (std::find(telling_.begin(), telling_.end(), question) == telling_.end()) telling_.push_back(question);
    }
  }
}

FoundUnit Search::conclude() {
  auto found = *std::exchange(looking_at_, std::nullopt);
  std::vector<drivers::Likeness> likely;
  for (const auto& profile : profiles_) {
    if (auto like = drivers::likeness(profile, replies_, line_)) likely.push_back(std::move(*like));
  }
  found.likely = drivers::rank(std::move(likely));
  return found;
}

}  // namespace inspect::cli
