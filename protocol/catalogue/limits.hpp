#pragma once

#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"
#include "protocol/settings/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::catalogue {

/// What a limit is a limit of.
enum class LimitOf : std::uint8_t {
  touch_current,    ///< through the measuring network of IEC 60990
  open_voltage,     ///< of an accessible terminal
  operate_current,  ///< at which a residual-current device trips
  break_time,       ///< of a residual-current device
  current_time,     ///< product of the two
  bond_resistance,  ///< protective conductor
};
std::string_view name(LimitOf what);

/// How a current is counted: limits in one form say nothing of readings in another.
enum class Form : std::uint8_t { rms, peak, dc };
std::string_view name(Form form);

/// One line of a standard, as a test plan selects it. What no source shows is marked and never silently used.
struct Limit {
  std::string key;  ///< "gb4706-1.class-1.portable"
  Text title;
  LimitOf what = LimitOf::touch_current;
  Form form = Form::rms;
  std::string unit;  ///< "mA", "ms", "mA.s", "Ohm", "V"
  std::optional<double> low;
  std::optional<double> high;
  /// Of each unit of the rating: 0.75 mA per kW, or 0.5 of the rated residual current.
  std::optional<double> low_per_rated;
  std::optional<double> high_per_rated;  ///< the larger of it and `high` counts …
  std::optional<double> at_most;         ///< … but no more than this
  std::string rated_in;                  ///< "kW", "mA"; empty: no rating is needed
  std::string standard;
  std::string edition;
  std::string clause;
  std::string source;  ///< where we have it from; empty: from memory only

  /// Whether somebody can look it up. An unsourced one is used only where a plan says so in words.
  [[nodiscard]] bool sourced() const { return !source.empty(); }
};

/// What a reading must lie in: above `low` and at or below `high`.
struct Bounds {
  std::optional<double> low;
  std::optional<double> high;
};

/// The bounds for a device of this rating. `invalid_argument` when the rating is missing or makes no sense.
Result<Bounds> bounds(const Limit& limit, std::optional<double> rated = std::nullopt);

class Limits {
 public:
  /// Reads limits.toml. Every problem at once, a line each: file:line:column: what is wrong; the cure.
  static Result<Limits> load(const std::string& path);
  static Result<Limits> parse(std::string_view text, const std::string& file);

  [[nodiscard]] const Limit* find(std::string_view key) const;
  /// As `find`, but `invalid_argument` names the nearest key, and an unsourced limit is `not_permitted` unless the plan
  /// says that it may be.
  [[nodiscard]] Result<Limit> select(std::string_view key, bool unsourced_too) const;
  [[nodiscard]] const std::vector<Limit>& all() const { return limits_; }

 private:
  std::vector<Limit> limits_;
};

}  // namespace inspect::catalogue
