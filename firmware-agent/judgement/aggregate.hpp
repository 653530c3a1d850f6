#pragma once

#include <array>
#include <cstdint>

namespace inspect::judgement {

/// The median of a session's readings in fixed memory: when the room is full every second one is left out, and from
/// then on only every second one is taken (deterministic, so the same input gives the same bytes).
class Aggregate {
 public:
  void take(double value);
  void clear() { kept_ = 0, seen_ = 0, stride_ = 1; }
  /// Readings taken into account or passed over since the last clear.
  [[nodiscard]] std::uint32_t count() const { return seen_; }
  /// 0 without readings.
  [[nodiscard]] double median() const;
  template <class Bytes>
  void keep(Bytes& bytes) {
    bytes.count(kept_, values_.size());
    for (std::uint32_t i = 0; i < kept_; ++i) bytes(values_[i]);
    bytes(seen_, stride_);
    if (stride_ == 0) clear();  // no state of ours
  }

 private:
  std::array<float, 64> values_{};
  std::uint32_t kept_ = 0;
  std::uint32_t seen_ = 0;
  std::uint32_t stride_ = 1;
};

}  // namespace inspect::judgement
