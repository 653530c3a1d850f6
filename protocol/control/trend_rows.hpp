#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspect::control {

/// A forecast as it was made, and what came of it. Dates may be wrong by the clock's own doubt.
struct ForecastRow {
  std::string device;
  std::string point;
  std::string kind;  ///< of fault, in the catalogue
  WallTime made{};
  double probability = 0;  ///< that the limit is crossed within 60 days
  WallTime crossing{};     ///< median
  WallTime earliest{};     ///< 90 % interval
  WallTime latest{};
  bool alert = false;   ///< a plain alert limit, four fifths of the way to the limit, said so too
  std::string outcome;  ///< open, crossed, held, moot
  std::optional<WallTime> graded;

  friend bool operator==(const ForecastRow&, const ForecastRow&) = default;
};

/// How forecasts of one kind of fault did on this site.
struct SkillRow {
  std::string kind;
  std::uint32_t graded = 0;
  std::uint32_t growths = 0;               ///< independent of each other
  double brier = 0;                        ///< mean squared error; smaller is better
  double alert_brier = 0;                  ///< of a plain alert limit
  bool trusted = true;                     ///< false: they are told no more, until they are better again
  std::vector<std::string> experts_off{};  ///< methods that are heard no more

  friend bool operator==(const SkillRow&, const SkillRow&) = default;
};

struct ForecastList {
  std::vector<ForecastRow> forecasts;  ///< newest first
  std::vector<SkillRow> skills;        ///< of kinds that were ever graded

  friend bool operator==(const ForecastList&, const ForecastList&) = default;
};

/// A part that is no more what it was: what was learned of it is forgotten.
struct PartRow {
  WallTime at{};
  std::string device;
  std::string point;  ///< empty: the whole device
  std::string part;   ///< what was fitted; empty: not said
  std::string by;     ///< who said so; empty: the agent saw it
  std::string why;    ///< "replaced"; "set-point 5 → 12"

  friend bool operator==(const PartRow&, const PartRow&) = default;
};

struct TrendDay {
  WallTime at{};
  double level = 0;

  friend bool operator==(const TrendDay&, const TrendDay&) = default;
};

struct TrendForecast {
  double probability = 0;
  WallTime crossing{};
  WallTime earliest{};
  WallTime latest{};

  friend bool operator==(const TrendForecast&, const TrendForecast&) = default;
};

/// How one quantity wears: its level day by day, its limits, and what is to be expected.
struct TrendRow {
  std::string device;
  std::string point;
  Text title;
  std::string unit;
  double learned = 0;  ///< 0..1: how far commissioning is; 1: the baseline is frozen
  std::optional<double> usual;
  std::optional<double> low;
  std::optional<double> high;
  std::vector<TrendDay> days;  ///< oldest first
  std::optional<TrendForecast> forecast;
  std::vector<PartRow> replaced;  ///< of the device, newest first

  friend bool operator==(const TrendRow&, const TrendRow&) = default;
};

}  // namespace inspect::control
