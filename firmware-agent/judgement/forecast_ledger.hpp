#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/experts.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace inspect::judgement {

inline constexpr double horizon_days = 60;  ///< between two inspections: what every forecast is about

enum class Outcome : std::uint8_t {
  open,
  crossed,  ///< the limit was crossed within the horizon
  held,     ///< it was not
  moot,     ///< the part was replaced, or its set-point changed: nobody will know
};
std::string_view name(Outcome outcome);

/// A forecast as it was made, and what came of it.
struct Foretold {
  double made = 0;
  std::uint16_t point = nowhere;
  Fault fault = Fault::P1;
  Forecast forecast;
  std::array<float, expert_count> experts{};  ///< what each of them said for itself
  bool alert = false;                         ///< what a plain alert limit, four fifths of the way, said
  bool first = false;                         ///< of this growth
  Outcome outcome = Outcome::open;
  double graded = 0;

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(made, fault, forecast, experts, alert, first, outcome, graded);
  }
};

/// How good the forecasts of one kind of fault were on this site: sums of squared errors (Brier 1950) over what was
/// graded, so that a smaller one is better.
struct Skill {
  std::uint32_t graded = 0;
  std::uint32_t growths = 0;  ///< forecasts of one growth depend on each other: these do not
  double mixture = 0;
  double alert = 0;
  std::array<double, expert_count> experts{};

  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(graded, growths, mixture, alert, experts);
  }
};

/// Writes every forecast down when it is made and grades it by what happened. What did worse than the plain alert limit
/// over `enough` growths is switched off: an expert is heard no more, a kind of fault is foretold no more, though both
/// go on being graded and return when they are better again. Bounded: of more than `most` open forecasts the further
/// ones are counted and not graded.
class ForecastLedger {
 public:
  static constexpr std::size_t most = 512;
  static constexpr std::uint32_t enough = 12;

  ForecastLedger() { open_.reserve(most), news.reserve(2 * most); }

  void write(const Foretold& foretold);
  /// The point's limit was crossed.
  void crossed(double time, std::uint16_t point);
  /// What was foretold of the point can no more be known.
  void moot(double time, std::uint16_t point);
  /// Horizons that ended. Call daily.
  void age(double time);

  /// Whether forecasts of that kind are told.
  [[nodiscard]] bool trusted(Fault fault) const;
  [[nodiscard]] std::array<bool, expert_count> trusted_experts(Fault fault) const;
  [[nodiscard]] const Skill& skill(Fault fault) const { return skills_[static_cast<std::size_t>(fault)]; }
  [[nodiscard]] const std::vector<Foretold>& open() const { return open_; }
  /// As it was before a restart.
  void restore(const Foretold& foretold);
  template <class Bytes>
  void keep_skills(Bytes& bytes) {
    bytes(skills_);
  }

  std::vector<Foretold> news;  ///< written or graded since the caller last emptied it; at most 2 * `most`
  std::uint64_t dropped = 0;

 private:
  void grade(std::size_t at, double time, Outcome outcome);

  std::vector<Foretold> open_;
  std::array<Skill, fault_count> skills_{};
};

}  // namespace inspect::judgement
