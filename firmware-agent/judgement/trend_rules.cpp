#include "firmware-agent/judgement/trend_rules.hpp"

#include "firmware-agent/judgement/prognosis.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::judgement {

namespace {

constexpr double day = 86400;
constexpr double visible = 4;        // deviations of a day's level that a departure must have
constexpr double worth_while = 0.1;  // of the way to the limit: less is none of a technician's business
constexpr double began = 0.3;        // of today's departure: the wear began after the last day below it
constexpr double alert_share = 0.8;  // of the way: where a plain alert limit would lie
constexpr double hopeless = 0.02;    // a probability below this is not told

}  // namespace

std::optional<TrendKind> trend_of(Role role) {
  switch (role) {
    case Role::contact_resistance: return TrendKind{Fault::R3, Ageing::operations, true, 3, 1};
    case Role::operate_time: return TrendKind{Fault::R5, Ageing::operations, false, 5, 1};
    case Role::output_voltage: return TrendKind{Fault::P1, Ageing::days, false, 10, 1};
    case Role::output_ripple: return TrendKind{Fault::P2, Ageing::heated_hours, false, 4, 2};
    case Role::zero: return TrendKind{Fault::T1, Ageing::days, false, 1, 2};
    case Role::check_ratio: return TrendKind{Fault::T2, Ageing::days, false, 1, 2};
    default: return std::nullopt;
  }
}

TrendRules::TrendRules(const Plant& plant, std::uint16_t point, TrendKind kind, double start)
    : point_(point),
      component_(plant.points[point].component),
      kind_(kind),
      low_(plant.points[point].low),
      high_(plant.points[point].high),
      start_(start) {}

double TrendRules::scale(double value) const { return kind_.logarithmic ? std::log(std::max(value, 1e-3)) : value; }

double TrendRules::usual() const {
  if (!series_.baseline()) return 0;
  return kind_.logarithmic ? std::exp(series_.baseline()->level) : series_.baseline()->level;
}

void TrendRules::restart() {
  session_.clear();
  day_.clear();
  series_.restart();
  past_ = 0;
  expecting_ = false;
  yesterday_ = 0;
}

void TrendRules::session_over(double time, double level, double age, ClaimBook& book) {
  session_.clear();
  limit_fact(time, level, book);
  day_.take(scale(level));
  age_ = age;
}

void TrendRules::limit_fact(double time, double level, ClaimBook& book) {
  past_ = level > high_ || level < low_ ? past_ + 1 : 0;
  if (past_ >= kind_.crossings) book.see(time, component_, point_, kind_.fault);
}

void TrendRules::day_over(double time, const UsePlan& plan, ClaimBook& book, ForecastLedger& ledger) {
  if (day_.count() == 0) return;
  series_.push(
      {static_cast<float>((time - start_) / day), static_cast<float>(age_), static_cast<float>(day_.median())});
  day_.clear();
  if (series_.restart_at_step()) {
    ledger.moot(time, point_);
    if (expecting_) book.withdraw(time, point_, kind_.fault);
    expecting_ = false;
  }
  foresee(time, plan, book, ledger);
}

double TrendRules::pace(double time, const UsePlan& plan) const {
  if (kind_.ageing == Ageing::days) return 1;
  const auto all = series_.days();
  std::size_t first = all.size() - 1;
  while (first > 0 && all.back().day - all[first - 1].day <= 30) --first;
  const double gained = all.back().age - all[first].age;
  const double span = all.back().day - all[first].day;
  if (kind_.ageing == Ageing::heated_hours) return gained / std::max(1.0, span);
  const double past = plan.use(time - span * day, time);
  return past <= 0 ? 0 : gained / past * plan.use(time, time + horizon_days * day) / horizon_days;
}

TrendRules::Departure TrendRules::departure() const {
  const auto& baseline = series_.baseline();
  const auto all = series_.days();
  Departure d;
  std::transform(all.begin(), all.end(), d.away.begin(), [&](Daily daily) {
    daily.level = static_cast<float>(daily.level - baseline->level);
    return daily;
  });
  std::array<double, 3> last{};
  for (std::size_t i = 0; i < 3; ++i) last[i] = d.away[all.size() - 1 - i].level;
  const double now = median_of(last);
  const double limit = now < 0 ? low_ : high_;
  d.margin = std::isfinite(limit) ? scale(limit) - baseline->level : 0;
  d.share = d.margin != 0 ? now / d.margin : 0;
  d.seen = std::abs(now) > visible * baseline->deviation && d.share > worth_while;
  return d;
}

void TrendRules::foresee(double time, const UsePlan& plan, ClaimBook& book, ForecastLedger& ledger) {
  const auto all = series_.days();
  if (!series_.baseline() || all.size() < Series::to_learn + 3 || past_ > 0) return;
  const auto away = departure();
  std::optional<Outlook> expected;
  if (away.seen) {
    const double now = away.share * away.margin;
    std::size_t first = all.size();
    while (first > 0 && away.away[first - 1].level / now > began) --first;
    first = first > 2 ? first - 2 : 0;
    const Wear wear{std::span<const Daily>(away.away).subspan(first, all.size() - first), away.margin,
                    series_.baseline()->deviation, pace(time, plan)};
    expected = outlook(wear, horizon_days, ledger.trusted_experts(kind_.fault));
  }
  // Two days must say so: a single day that was sure sends nobody.
  const double today = expected ? expected->probability : 0;
  const double sure = std::min(today, yesterday_);
  yesterday_ = today;
  if (sure < hopeless) {
    if (expecting_) book.withdraw(time, point_, kind_.fault);
    expecting_ = false;
    return;
  }
  const auto date = [&](double days) { return time + days * day; };
  const Forecast forecast{date(expected->median_days), date(expected->earliest_days), date(expected->latest_days),
                          sure};
  const bool trusted = ledger.trusted(kind_.fault);
  if (!trusted) book.withdraw(time, point_, kind_.fault);
  if (!trusted || book.expect(time, component_, point_, kind_.fault, forecast)) {
    Foretold entry{time, point_, kind_.fault, forecast, {}, away.share >= alert_share, !expecting_, Outcome::open, 0};
    std::transform(expected->experts.begin(), expected->experts.end(), entry.experts.begin(),
                   [](double p) { return static_cast<float>(p); });
    ledger.write(entry);
  }
  expecting_ = true;
}

}  // namespace inspect::judgement
