#include "firmware-agent/detection/claim_wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace inspect::agent {

namespace {

constexpr std::size_t days_shown = 8;

std::string date(double seconds) { return rfc3339(wall_of(seconds)).substr(0, 10); }

Evidence level(const ClaimFacts& facts, double value, WallTime at, Text note) {
  Evidence evidence;
  evidence.device = facts.site.device_of(facts.point).name;
  evidence.point = facts.site.spec(facts.point).name;
  evidence.value = value;
  evidence.unit = facts.site.spec(facts.point).unit;
  evidence.at = at;
  evidence.note = std::move(note);
  return evidence;
}

/// Evenly spread over what is known, the last day always among them.
void add_days(const ClaimFacts& facts, std::vector<Evidence>& evidence) {
  const auto days = facts.trend->series().days();
  const auto shown = std::min(days.size(), days_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& day = days[days.size() - 1 - i * (days.size() - 1) / std::max<std::size_t>(1, shown - 1)];
    evidence.push_back(level(facts, facts.trend->raw(day.level), wall_of(facts.trend->time_of(day)),
                             {"当日水平", "level of that day"}));
  }
}

Text say_forecast(const ClaimFacts& facts, double usual, double now, double limit) {
  const auto& spec = facts.site.spec(facts.point);
  const auto& f = *facts.claim.forecast;
  const auto of = [&](double value) { return quantity_text(value, spec.unit); };
  const auto percent = std::lround(100 * f.probability);
  return {
      fmt::format("{}逐渐偏离平时的 {}，现为 {}，限值 {}；预计 {} 前后越限（90 % 区间 {} 至 {}），60 天内越限的概率为 "
                  "{} %。",
                  spec.title.zh, of(usual), of(now), of(limit), date(f.crossing), date(f.earliest), date(f.latest),
                  percent),
      fmt::format("The {} is leaving its usual {}: it is at {} now and its limit is {}. It will cross it about {} "
                  "(90 % interval {} to {}); within 60 days with a probability of {} %.",
                  spec.title.en, of(usual), of(now), of(limit), date(f.crossing), date(f.earliest), date(f.latest),
                  percent)};
}

}  // namespace

WallTime wall_of(double seconds) { return WallTime{std::chrono::milliseconds{std::llround(1000 * seconds)}}; }

Text say_claim(const catalogue::FaultKind& kind, const judgement::Claim& claim) {
  const auto on = date(claim.time);
  return {fmt::format("{}；由多次动作、试验或时段的读数共同判定，首次于 {}。", kind.mode.zh, on),
          fmt::format("{}; judged from the readings of several operations, tests or hours, first on {}.", kind.mode.en,
                      on)};
}

Observation observe_claim(const ClaimFacts& facts) {
  Observation seen;
  const auto* trend = facts.trend;
  if (trend == nullptr || !trend->series().baseline() || trend->series().days().empty()) {
    seen.what = say_claim(facts.kind, facts.claim);
    return seen;
  }
  const double usual = trend->usual();
  const auto& last = trend->series().days().back();
  const double now = trend->raw(last.level);
  const double limit = now < usual ? trend->low() : trend->high();
  seen.what = facts.claim.forecast ? say_forecast(facts, usual, now, limit) : say_claim(facts.kind, facts.claim);
  seen.evidence.push_back(level(facts, usual, wall_of(trend->time_of(trend->series().days().front())),
                                {"投用时学得的基准", "baseline, learned in commissioning"}));
  if (std::isfinite(limit)) {
    const auto at = facts.claim.forecast ? facts.claim.forecast->crossing : facts.claim.time;
    seen.evidence.push_back(level(facts, limit, wall_of(at), {"限值", "the limit"}));
  }
  add_days(facts, seen.evidence);
  return seen;
}

}  // namespace inspect::agent
