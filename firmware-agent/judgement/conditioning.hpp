#pragma once

#include <cstdint>

namespace inspect::judgement {

/// Ordinary least squares of y on x in O(1) sums, gathered while a part is new to us and then frozen
/// (reference: detection 1.2 L2: a regression that goes on learning learns the fault).
class FrozenLine {
 public:
  explicit FrozenLine(std::uint32_t readings) : wanted_(readings) {}

  void take(double x, double y);
  void restart() { *this = FrozenLine(wanted_); }
  [[nodiscard]] bool known() const { return seen_ >= wanted_; }
  [[nodiscard]] double slope() const { return slope_; }
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes(seen_, mean_x_, mean_y_, xx_, xy_, slope_);
  }
  [[nodiscard]] double at(double x) const { return mean_y_ + slope_ * (x - mean_x_); }

 private:
  std::uint32_t wanted_;
  std::uint32_t seen_ = 0;
  double mean_x_ = 0, mean_y_ = 0, xx_ = 0, xy_ = 0;
  double slope_ = 0;
};

/// Ripple over the ripple of the inductor's current, whose swing is output x (1 - output/input) at a fixed frequency
/// (LM2596 data sheet; Lahyani et al., IEEE Trans. Power Electronics 13(6) 1998: an uncorrected ripple chart fails).
/// 0 when the converter cannot regulate at this input.
double ripple_per_swing(double ripple, double output, double input);

}  // namespace inspect::judgement
