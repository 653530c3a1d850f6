#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/e_detector.hpp"
#include "firmware-agent/judgement/sample.hpp"

#include <cmath>

namespace inspect::judgement {

/// One relay: welded (R1), open (R2), chatter (R6), film on the contact (R4), its release disturbs the link (D1).
///
/// Counted in operations, not polls: polls share a bad transfer, operations do not (reference: detection 1.2 a; success
/// runs, Feller vol. I, XIII.7). An operation speaks once its feedback had two seconds to be put right.
class RelayRules {
 public:
  RelayRules(const Plant& plant, std::uint16_t component);

  void take(Role role, const Sample& sample, ClaimBook& book);
  /// Operations seen: the age of what wears by switching.
  [[nodiscard]] std::uint32_t operations() const { return operations_; }
  void replaced();
  /// A contradiction waits to be put right; call `settle` as time passes.
  [[nodiscard]] bool pending() const { return pending_at_ >= 0; }
  void settle(double time, ClaimBook& book);
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(commanded_, known_, command_at_, operated_at_, pending_at_, directions_, dropped_at_, toggled_at_);
    bytes(operations_, level_, closings_, film_, release_);
  }

 private:
  struct Direction {
    int run = 0;            ///< operations in a row that were not followed
    double last_sight = 0;  ///< an idle poll speaks again a minute later

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(run, last_sight);
    }
  };

  void command(const Sample& sample);
  void feedback(const Sample& sample, ClaimBook& book);
  void alone(double time, bool closed, ClaimBook& book);
  void contact(const Sample& sample, ClaimBook& book);

  std::uint16_t component_;
  std::uint16_t point_;  ///< the feedback
  std::uint16_t resistance_;
  bool commanded_ = false;
  bool known_ = false;
  double command_at_ = -1e18;
  double operated_at_ = -1e18;
  double pending_at_ = -1;  ///< a contradiction that may still be put right; negative: none
  std::array<Direction, 2> directions_{};
  double dropped_at_ = -1e18;
  double toggled_at_ = -1e18;
  std::uint32_t operations_ = 0;
  double level_ = 0;  ///< usual contact resistance, as a running median
  std::uint32_t closings_ = 0;
  EDetector film_;
  EDetector release_;
};

}  // namespace inspect::judgement
