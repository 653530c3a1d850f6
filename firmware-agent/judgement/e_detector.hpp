#pragma once

#include <array>

namespace inspect::judgement {

/// Has an event become more frequent than `healthy`? Shiryaev–Roberts e-detector, mean of three bets.
/// Source: Shin, Ramdas, Rinaldo, "E-detectors", New England J. Stat. Data Sci. 2023 (arXiv 2203.03532): whatever the
/// dependence, if the event's conditional probability is at most `healthy`, the mean number of trials to a false signal
/// is at least `run_length`.
class EDetector {
 public:
  /// `healthy` in (0, 0.5), `run_length` in trials.
  EDetector(double healthy, double run_length);

  /// One trial. True while the evidence is past the run length.
  bool take(bool event);
  void reset() { evidence_ = {}; }
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(evidence_);
  }

 private:
  std::array<double, 3> bet_{};
  std::array<double, 3> evidence_{};
  double healthy_;
  double run_length_;
};

}  // namespace inspect::judgement
