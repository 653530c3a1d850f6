#include "firmware-agent/judgement/prognosis.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

double student4(double t) {
  const double s = 1 + t * t / 4;
  const double sine = t / 2 / std::sqrt(s);
  return 0.5 + 0.75 * sine * (1 - sine * sine / 3);
}

namespace {

/// Wear may stop before the limit (a plateau): with this prior share, spread evenly over the way that is left, until
/// closed findings teach a better one.
constexpr double may_stop = 0.25;
/// What the law itself is in doubt beyond the experts' record: of the growth that is foretold.
constexpr double law_doubt = 0.25;

/// Probability that the level is past the margin on the day `days` ahead.
double past(const Wear& wear, const Record& record, double days) {
  const double now = wear.days.back().age;
  const double distance = days * wear.age_per_day;
  const double side = wear.margin < 0 ? -1 : 1;
  const double here = side * wear.days.back().level;
  double p = 0;
  for (std::size_t e = 0; e < expert_count; ++e) {
    if (record.weight[e] <= 0) continue;
    const double level = side * predict(static_cast<Expert>(e), wear.days, now + distance);
    const double grown = record.error[e] * std::sqrt(std::max(1.0, distance / record.distance));
    const double law = law_doubt * std::abs(level - here);
    const double doubt = std::sqrt(grown * grown + law * law + wear.noise * wear.noise);
    p += record.weight[e] * student4((level - std::abs(wear.margin)) / std::max(doubt, 1e-9));
  }
  const double left = std::clamp(1 - here / std::abs(wear.margin), 0.0, 1.0);
  return p * (1 - may_stop * left);
}

/// Probability that it was past by then. Doubt grows with the distance, so the day that is surest may lie before the
/// end.
double crossed(const Wear& wear, const Record& record, double days) {
  constexpr int steps = 12;
  double p = 0;
  for (int i = 1; i <= steps; ++i) p = std::max(p, past(wear, record, days * i / steps));
  return p;
}

double day_of(const Wear& wear, const Record& record, double wanted) {
  double low = 0, high = longest_days;
  if (crossed(wear, record, high) < wanted) return high;
  for (int i = 0; i < 20; ++i) {
    const double middle = 0.5 * (low + high);
    (crossed(wear, record, middle) < wanted ? low : high) = middle;
  }
  return high;
}

void hear_only(Record& record, const Trusted& trusted) {
  double total = 0;
  for (std::size_t e = 0; e < expert_count; ++e) total += trusted[e] ? record.weight[e] : 0;
  if (total <= 0) return;
  for (std::size_t e = 0; e < expert_count; ++e) record.weight[e] = trusted[e] ? record.weight[e] / total : 0;
}

}  // namespace

std::optional<Outlook> outlook(const Wear& wear, double horizon, const Trusted& trusted) {
  if (wear.days.size() < 6 || wear.margin == 0) return std::nullopt;
  const std::size_t ahead = std::clamp<std::size_t>(wear.days.size() / 3, 1, 7);
  auto record = score(wear.days, ahead);
  if (record.distance <= 0) return std::nullopt;
  Outlook o;
  for (std::size_t e = 0; e < expert_count; ++e) {
    auto alone = record;
    alone.weight = {};
    alone.weight[e] = 1;
    o.experts[e] = crossed(wear, alone, horizon);
  }
  if (trusted != all_experts) hear_only(record, trusted);
  o.probability = crossed(wear, record, horizon);
  o.median_days = day_of(wear, record, 0.5);
  o.earliest_days = day_of(wear, record, 0.05);
  o.latest_days = day_of(wear, record, 0.95);
  return o;
}

}  // namespace inspect::judgement
