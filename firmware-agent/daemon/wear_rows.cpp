#include "firmware-agent/daemon/wear_rows.hpp"

#include "firmware-agent/detection/claim_wording.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace inspect::agent {

namespace {

constexpr std::array<std::string_view, judgement::expert_count> expert_names{"last-week", "last-fortnight", "straight",
                                                                             "root", "accelerating"};

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::optional<control::TrendForecast> forecast_of(const Foresight& foresight, std::uint16_t point) {
  for (const auto& [claim, seen] : foresight.judge().book().standing()) {
    if (claim.point != point || !claim.forecast) continue;
    const auto& f = *claim.forecast;
    return control::TrendForecast{f.probability, wall_of(f.crossing), wall_of(f.earliest), wall_of(f.latest)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<control::TrendRow> trend_row(const Site& site, const Foresight& foresight, PointIndex point) {
  const auto* trend = foresight.trend(point);
  if (trend == nullptr) return std::nullopt;
  const auto& spec = site.spec(point);
  control::TrendRow row;
  row.device = site.device_of(point).name;
  row.point = spec.name;
  row.title = spec.title;
  row.unit = spec.unit;
  row.learned = trend->learned();
  if (trend->series().baseline()) row.usual = trend->usual();
  row.low = finite(trend->low());
  row.high = finite(trend->high());
  for (const auto& day : trend->series().days()) {
    row.days.push_back({wall_of(trend->time_of(day)), trend->raw(day.level)});
  }
  row.forecast = forecast_of(foresight, trend->point());
  return row;
}

std::vector<control::SkillRow> skill_rows(const Foresight& foresight) {
  std::vector<control::SkillRow> rows;
  const auto& ledger = foresight.judge().ledger();
  for (std::size_t f = 0; f < judgement::fault_count; ++f) {
    const auto fault = static_cast<judgement::Fault>(f);
    const auto& skill = ledger.skill(fault);
    const auto* kind = foresight.kind_of(fault);
    if (skill.graded == 0 || kind == nullptr) continue;
    control::SkillRow row;
    row.kind = kind->key;
    row.graded = skill.graded;
    row.growths = skill.growths;
    row.brier = skill.mixture / skill.graded;
    row.alert_brier = skill.alert / skill.graded;
    row.trusted = ledger.trusted(fault);
    const auto trusted = ledger.trusted_experts(fault);
    for (std::size_t e = 0; e < expert_names.size(); ++e) {
      if (!trusted[e]) row.experts_off.emplace_back(expert_names[e]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace inspect::agent
