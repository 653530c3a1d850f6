#pragma once

#include "firmware-agent/judgement/aggregate.hpp"
#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/forecast_ledger.hpp"
#include "firmware-agent/judgement/series.hpp"
#include "firmware-agent/judgement/use_plan.hpp"

#include <array>
#include <cmath>
#include <optional>

namespace inspect::judgement {

/// What makes a part older. A wrong scale of time spoils a forecast more than a wrong method
/// (reference: detection, finding 3).
enum class Ageing : std::uint8_t { days, heated_hours, operations };

/// What wears towards a limit: which fault it is, and on which scale it is judged.
struct TrendKind {
  Fault fault = Fault::P1;
  Ageing ageing = Ageing::days;
  bool logarithmic = false;     ///< grows by factors
  std::uint32_t least = 5;      ///< readings that make a session's level
  std::uint32_t crossings = 1;  ///< sessions in a row past the limit that make it a fact
};
/// Nothing for a role that does not wear.
std::optional<TrendKind> trend_of(Role role);

/// One quantity from session to session: past its limit now, or probably before the next inspection.
class TrendRules {
 public:
  TrendRules(const Plant& plant, std::uint16_t point, TrendKind kind, double start);

  void take(double value) { session_.take(value); }
  [[nodiscard]] bool spoke() const { return session_.count() >= kind_.least; }
  [[nodiscard]] double session_median() const { return session_.median(); }
  /// The median of the session medians of the first two weeks, 0 before; on the raw scale.
  [[nodiscard]] double usual() const;

  /// A session is over; `level` is its median, conditioned, on the raw scale.
  void session_over(double time, double level, double age, ClaimBook& book);
  /// A day is over: forecasts, which are written down.
  void day_over(double time, const UsePlan& plan, ClaimBook& book, ForecastLedger& ledger);
  void restart();
  /// The last sessions were past the limit.
  [[nodiscard]] bool crossed() const { return past_ >= kind_.crossings; }
  /// How far commissioning is: 1 when the baseline is frozen.
  [[nodiscard]] double learned() const { return series_.learned(); }
  /// Daily levels and baseline; on the scale of `raw`.
  [[nodiscard]] const Series& series() const { return series_; }
  [[nodiscard]] Series& series() { return series_; }
  [[nodiscard]] double raw(double level) const { return kind_.logarithmic ? std::exp(level) : level; }
  /// Seconds since 1970 of a day of the series.
  [[nodiscard]] double time_of(const Daily& daily) const { return start_ + static_cast<double>(daily.day) * 86400; }
  /// What a session and a day hold, apart from the series.
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(session_, day_, age_, past_, expecting_, yesterday_);
  }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] std::uint16_t point() const { return point_; }
  [[nodiscard]] std::uint16_t component() const { return component_; }
  [[nodiscard]] const TrendKind& kind() const { return kind_; }

 private:
  [[nodiscard]] double scale(double value) const;
  void limit_fact(double time, double level, ClaimBook& book);
  void foresee(double time, const UsePlan& plan, ClaimBook& book, ForecastLedger& ledger);
  /// How far the level is from the baseline, as long as it can be seen to wear.
  struct Departure {
    std::array<Daily, Series::most> away{};
    double margin = 0;
    double share = 0;  ///< of the way to the limit
    bool seen = false;
  };
  [[nodiscard]] Departure departure() const;
  /// Age that a day of the next 60 will bring, from the last 30 days and the sessions planned.
  [[nodiscard]] double pace(double time, const UsePlan& plan) const;

  std::uint16_t point_, component_;
  TrendKind kind_;
  double low_, high_;
  double start_;
  Aggregate session_;
  Aggregate day_;
  double age_ = 0;
  std::uint32_t past_ = 0;
  bool expecting_ = false;
  double yesterday_ = 0;  ///< probability of the day before
  Series series_;
};

}  // namespace inspect::judgement
