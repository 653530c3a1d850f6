#include "firmware-agent/judgement/forecast_ledger.hpp"

namespace inspect::judgement {

namespace {

constexpr double horizon = horizon_days * 86400;

double squared(double said, bool happened) { return (said - (happened ? 1 : 0)) * (said - (happened ? 1 : 0)); }

}  // namespace

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::open: return "open";
    case Outcome::crossed: return "crossed";
    case Outcome::held: return "held";
    case Outcome::moot: return "moot";
  }
  return "";
}

void ForecastLedger::write(const Foretold& foretold) {
  if (open_.size() >= most) {
    ++dropped;
    return;
  }
  open_.push_back(foretold);
  if (news.size() < 2 * most) news.push_back(foretold);
}

void ForecastLedger::restore(const Foretold& foretold) {
  if (open_.size() < most) open_.push_back(foretold);
}

void ForecastLedger::grade(std::size_t at, double time, Outcome outcome) {
  auto& f = open_[at];
  f.outcome = outcome;
  f.graded = time;
  if (outcome != Outcome::moot) {
    const bool happened = outcome == Outcome::crossed;
    auto& skill = skills_[static_cast<std::size_t>(f.fault)];
    ++skill.graded;
    skill.growths += f.first ? 1 : 0;
    skill.mixture += squared(f.forecast.probability, happened);
    skill.alert += squared(f.alert ? 1 : 0, happened);
    for (std::size_t e = 0; e < expert_count; ++e) skill.experts[e] += squared(f.experts[e], happened);
  }
  if (news.size() < 2 * most) news.push_back(f);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
}

void ForecastLedger::crossed(double time, std::uint16_t point) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].point == point) grade(i, time, time <= open_[i].made + horizon ? Outcome::crossed : Outcome::held);
  }
}

void ForecastLedger::moot(double time, std::uint16_t point) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].point == point) grade(i, time, Outcome::moot);
  }
}

void ForecastLedger::age(double time) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (time > open_[i].made + horizon) grade(i, time, Outcome::held);
  }
}

bool ForecastLedger::trusted(Fault fault) const {
  const auto& s = skill(fault);
  return s.growths < enough || s.mixture <= s.alert;
}

std::array<bool, expert_count> ForecastLedger::trusted_experts(Fault fault) const {
  const auto& s = skill(fault);
  std::array<bool, expert_count> trusted{};
  for (std::size_t e = 0; e < expert_count; ++e) trusted[e] = s.growths < enough || s.experts[e] <= s.alert;
  return trusted;
}

}  // namespace inspect::judgement
