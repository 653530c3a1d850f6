#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/conditioning.hpp"
#include "firmware-agent/judgement/link_rules.hpp"
#include "firmware-agent/judgement/power_rules.hpp"
#include "firmware-agent/judgement/relay_rules.hpp"
#include "firmware-agent/judgement/sample.hpp"
#include "firmware-agent/judgement/tester_rules.hpp"
#include "firmware-agent/judgement/trend_rules.hpp"

#include <vector>

namespace inspect::judgement {

/// All layers of judgement over one plant. Pure: what it knows comes with the readings, in the order of their arrival;
/// the same readings give the same claims. After construction a reading allocates nothing.
class Judge {
 public:
  /// Both must outlive it. `start`: when the record begins, seconds since 1970.
  Judge(const Plant& plant, const Calendar& calendar, double start);

  void take(const Sample& sample);
  /// What was concluded since it was last emptied.
  std::vector<Claim>& told() { return book_.told; }
  [[nodiscard]] std::uint64_t dropped() const { return book_.dropped; }

 private:
  enum class Unit : std::uint8_t { none, relay, module, tester, link };
  struct PointState {
    Unit unit = Unit::none;
    Role role = Role::other;
    std::uint16_t at = 0;  ///< into the unit's rules
    std::uint16_t trend = nowhere;
    std::uint16_t component = nowhere;
    std::uint16_t link = nowhere;
    std::uint8_t broken = 0;  ///< implausible readings among the last eight, a bit each
    double latest = -1e18;
  };
  struct ModuleState {
    double amps = 0, celsius = 0, volts = 0, input = 0;
    double volts_at = 0;
    double heated = 0;  ///< hours, doubled for every 10 K
    double warmed_at = 0;
    FrozenLine load{4000};
    FrozenLine warmth{400};
    double nominal_ripple = 0;
  };

  void add_component(std::uint16_t id);
  void advance(double time);
  [[nodiscard]] bool in_order(PointState& p, const Sample& sample) const;
  void wire(PointState& p, const Sample& sample);
  void measure(PointState& p, const Sample& sample);
  void measure_module(PointState& p, const Sample& sample);
  void session_over(const Session& session, double time);
  void day_over(double time);
  void maintained(const Maintenance& m);
  [[nodiscard]] double age(const TrendRules& trend) const;
  [[nodiscard]] double board_pace(std::uint16_t board) const;

  const Plant& plant_;
  const Calendar& calendar_;
  double start_;
  ClaimBook book_;
  std::vector<PointState> points_;
  std::vector<RelayRules> relays_;
  PowerRules power_;
  std::vector<ModuleState> modules_;
  std::vector<TesterRules> testers_;
  LinkRules links_;
  std::vector<TrendRules> trends_;
  UsePlan use_;
  std::uint32_t operations_ = 0;  ///< of all relays to the end of the last session
  std::vector<double> levels_;    ///< by trend; room for a session's end
  std::size_t session_ = 0, maintenance_ = 0;
  bool unsettled_ = false;  ///< some relay waits for its contradiction to be put right
  double now_ = 0, next_day_ = 0;
};

}  // namespace inspect::judgement
