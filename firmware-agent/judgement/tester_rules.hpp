#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/sample.hpp"

#include <array>

namespace inspect::judgement {

/// One leakage tester: what makes it read falsely safe (lead open L1, clamp open G1, stuck T3), a loose lead (L2),
/// moisture (T4). Counted in tests of different objects: one reading says little, because objects differ so much
/// (reference: detection 1.2 e, section 2 "reads falsely safe").
class TesterRules {
 public:
  TesterRules(const Plant& plant, std::uint16_t component);

  void take(Role role, const Sample& sample, ClaimBook& book);
  void mended();
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(range_, test_, last_, open_, scattered_, low_, stuck_, repeats_, voltage_repeats_, across_, apart_);
    bytes(dropped_out_, level_, scatter_, objects_, mean_, square_, learned_, moist_);
  }

 private:
  struct Test {
    double time = -1;
    std::array<double, 8> leakage{};
    std::uint32_t readings = 0;
    double voltage = 0;
    double insulation = -1;  ///< negative: not measured

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(time, leakage);
      bytes.count(readings, leakage.size());
      bytes(voltage, insulation);
    }
  };
  enum class Shape { healthy, floor, part_floor, scattered };

  void leakage(const Sample& sample, ClaimBook& book);
  void finish(ClaimBook& book);
  [[nodiscard]] Shape shape(const Test& test) const;
  void judge_contact(const Test& test, ClaimBook& book);
  void judge_stuck(double time, bool same, double chance, ClaimBook& book);
  void judge_moisture(const Test& test, ClaimBook& book);
  void learn(const Test& test);

  std::uint16_t component_, leakage_, insulation_;
  double voltage_ = 0;  ///< nominal
  double least_ = 0;    ///< insulation's limit
  double range_ = 0;    ///< largest insulation ever told: an open lead reads the end of the range
  Test test_;
  Test last_;
  int open_ = 0, scattered_ = 0, low_ = 0;
  double stuck_ = 0;                              ///< surprise of the run of identical values, in nats
  double repeats_ = 0.3, voltage_repeats_ = 0.2;  ///< learned chances that a sound tester repeats a count
  bool across_ = false;                           ///< this test began with the last one's value
  double apart_ = 0;                              ///< usual difference between two objects, uA
  double dropped_out_ = -1e18;
  double level_ = 0;    ///< usual leakage: running geometric median
  double scatter_ = 0;  ///< usual relative difference of two readings of one object
  std::uint32_t objects_ = 0;
  // ln of the insulation: mean and variance of the first objects, then frozen; one-sided CUSUM downwards.
  double mean_ = 0, square_ = 0;
  int learned_ = 0;
  double moist_ = 0;
};

}  // namespace inspect::judgement
