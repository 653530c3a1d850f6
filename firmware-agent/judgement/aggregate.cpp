#include "firmware-agent/judgement/aggregate.hpp"

#include <algorithm>
#include <cstddef>

namespace inspect::judgement {

void Aggregate::take(double value) {
  if (seen_++ % stride_ != 0) return;
  if (kept_ == values_.size()) {
    for (std::uint32_t i = 0; i < kept_ / 2; ++i) values_[i] = values_[std::size_t{2} * i];
    kept_ /= 2;
    stride_ *= 2;
    if ((seen_ - 1) % stride_ != 0) return;
  }
  values_[kept_++] = static_cast<float>(value);
}

double Aggregate::median() const {
  if (kept_ == 0) return 0;
  auto sorted = values_;
  auto* const middle = sorted.begin() + kept_ / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + kept_);
  if (kept_ % 2 == 1) return *middle;
  return 0.5 * (static_cast<double>(*middle) + *std::max_element(sorted.begin(), middle));
}

}  // namespace inspect::judgement
