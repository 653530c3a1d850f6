#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/conditioning.hpp"
#include "firmware-agent/judgement/forecast_ledger.hpp"
#include "firmware-agent/judgement/kept_piece.hpp"
#include "firmware-agent/judgement/link_rules.hpp"
#include "firmware-agent/judgement/power_rules.hpp"
#include "firmware-agent/judgement/relay_rules.hpp"
#include "firmware-agent/judgement/sample.hpp"
#include "firmware-agent/judgement/tester_rules.hpp"
#include "firmware-agent/judgement/trend_rules.hpp"

#include <span>
#include <string>
#include <vector>

namespace inspect::judgement {

/// A part that is no more what it was, so that its baseline is learned anew.
struct Rebaseline {
  double time = 0;
  std::uint16_t component = nowhere;
  double from = 0, to = 0;  ///< set-point before and after
};

/// All layers of judgement over one plant. Pure: what it knows comes with the readings, in the order of their arrival;
/// the same readings give the same claims. After construction a reading allocates nothing.
class Judge {
 public:
  /// Both must outlive it. `start`: when the record begins, seconds since 1970.
  Judge(const Plant& plant, const Calendar& calendar, double start);

  void take(const Sample& sample);
  /// Time passes without readings. Call at least once a minute where readings may fail to come.
  void tick(double time);
  /// A part of `component`, or the whole, was replaced: what was claimed of it is over, and it is learned anew.
  void replaced(double time, std::uint16_t component) { maintained({time, component}); }
  /// What was concluded since it was last emptied.
  std::vector<Claim>& told() { return book_.told; }
  [[nodiscard]] std::uint64_t dropped() const { return book_.dropped; }
  [[nodiscard]] const ClaimBook& book() const { return book_; }
  [[nodiscard]] const ForecastLedger& ledger() const { return ledger_; }
  /// Its `news` are for the caller to empty.
  [[nodiscard]] ForecastLedger& ledger() { return ledger_; }
  /// Set-points that changed since it was last emptied; at most 64.
  std::vector<Rebaseline>& rebaselined() { return rebaselined_; }
  /// What is known of how the point wears; nullptr: nothing is judged of it so.
  [[nodiscard]] const TrendRules* trend(std::uint16_t point) const;

  /// Counts sessions and days that ended, claims and replacements: something is to be kept when it moved.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// All that must outlive a restart; what changed since the last session's end is in few of the pieces.
  std::vector<KeptPiece> kept();
  /// Right after construction. Pieces that fit nothing here are left out: that part is learned anew. Answers their
  /// names.
  std::vector<std::string> restore(std::span<const KeptPiece> pieces);
  /// A claim that was told and is in no piece stands again, so that it can end.
  void restore(const Claim& claim) { book_.restore({claim, claim.time}); }

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

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(broken, latest);
    }
  };
  struct ModuleState {
    double amps = 0, celsius = 0, volts = 0, input = 0;
    double volts_at = 0;
    double heated = 0;  ///< hours, doubled for every 10 K
    double warmed_at = 0;
    FrozenLine load{4000};
    FrozenLine warmth{400};
    double nominal_ripple = 0;
    bool on = true;  ///< by command, where it has one
    double switched_at = -1e18;
    double told_volts = 0;  ///< set-point; 0: none was read
    double load_at = -1e18, warmth_at = -1e18;

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(amps, celsius, volts, input, volts_at, heated, warmed_at, load, warmth, on, switched_at, told_volts);
    }
  };

  void add_component(std::uint16_t id);
  void advance(double time);
  [[nodiscard]] bool in_order(PointState& p, const Sample& sample) const;
  void wire(PointState& p, const Sample& sample);
  void measure(PointState& p, const Sample& sample);
  void measure_module(PointState& p, const Sample& sample);
  bool order_module(PointState& p, const Sample& sample);
  void go_on_at(double time);
  void end_sessions(double time);
  template <class Bytes>
  void keep_part(std::uint16_t component, Bytes& bytes);
  template <class Bytes>
  void keep_site(Bytes& bytes);
  template <class Bytes>
  void keep_claims(Bytes& bytes, std::vector<ClaimBook::Standing>& standing);
  template <class Bytes>
  void keep_forecasts(Bytes& bytes, std::vector<Foretold>& open);
  template <class Keep>
  bool give_back(const std::string& bytes, Keep keep);
  bool restore(const KeptPiece& piece);
  bool restore_claims(const std::string& bytes);
  bool restore_forecasts(const std::string& bytes);
  void session_over(const Session& session, double time);
  void day_over(double time);
  void maintained(const Maintenance& m);
  [[nodiscard]] double age(const TrendRules& trend) const;
  [[nodiscard]] double board_pace(std::uint16_t board) const;

  const Plant& plant_;
  const Calendar& calendar_;
  double start_;
  ClaimBook book_;
  ForecastLedger ledger_;
  std::vector<Rebaseline> rebaselined_;
  std::uint64_t changes_ = 0;
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
  double now_ = 0, next_day_ = 0, next_hour_ = 0;
};

}  // namespace inspect::judgement
