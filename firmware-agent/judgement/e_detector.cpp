#include "firmware-agent/judgement/e_detector.hpp"

#include <algorithm>

namespace inspect::judgement {

EDetector::EDetector(double healthy, double run_length) : healthy_(healthy), run_length_(run_length) {
  // A bet of b multiplies the evidence by about b/healthy at an event: frequent, rare and very rare events.
  for (std::size_t i = 0; i < bet_.size(); ++i) bet_[i] = std::array{0.02, 0.1, 0.3}[i] / healthy;
}

bool EDetector::take(bool event) {
  const double surprise = (event ? 1.0 : 0.0) - healthy_;
  double sum = 0;
  for (std::size_t i = 0; i < bet_.size(); ++i) {
    // Capped: a fault that lasts must not need as long again to be forgotten.
    evidence_[i] = std::min((1 + bet_[i] * surprise) * (evidence_[i] + 1), 1e3 * run_length_);
    sum += evidence_[i];
  }
  return sum >= 3 * run_length_;
}

}  // namespace inspect::judgement
