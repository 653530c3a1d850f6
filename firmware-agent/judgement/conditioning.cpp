#include "firmware-agent/judgement/conditioning.hpp"

namespace inspect::judgement {

void FrozenLine::take(double x, double y) {
  if (known()) return;
  // Welford's update: the sums of squares of values far from zero would lose their digits.
  const double n = ++seen_;
  const double dx = x - mean_x_;
  mean_x_ += dx / n;
  mean_y_ += (y - mean_y_) / n;
  xx_ += dx * (x - mean_x_);
  xy_ += dx * (y - mean_y_);
  if (known()) slope_ = xx_ > 0 ? xy_ / xx_ : 0;
}

double ripple_per_swing(double ripple, double output, double input) {
  constexpr double headroom = 1.5;
  if (output <= 0 || input < output + headroom) return 0;
  return ripple / (output * (1 - output / input));
}

}  // namespace inspect::judgement
