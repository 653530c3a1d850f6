#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/wire_time.hpp"

namespace inspect::modbus {

/// Never give a device less than this to begin its answer, unless its profile says so: a master that hurries calls a
/// busy device dead (reference: of 1000 reads of a slow meter 112 failed at 400 ms, none from 600 ms).
constexpr std::chrono::milliseconds shortest_patience{200};

/// What was learned of one unit's time from the end of a request to the start of its answer.
class AnswerTime {
 public:
  /// An answer came after `delay`. `waited` when we saw it arrive; false when it lay there as we first looked, so that
  /// it may have been quicker.
  void learn(Nanoseconds delay, bool waited);

  /// The slow edge: a maximum that forgets by half in some 350 answers, which stands for the 99.9th percentile.
  [[nodiscard]] Nanoseconds slowest() const { return slowest_; }
  /// The quick edge: nobody needs to look at the line before it.
  [[nodiscard]] Nanoseconds quickest() const { return quickest_; }
  /// How long to wait for the first character: twice the slow edge, within [200 ms, limit]; the limit while unknown.
  [[nodiscard]] Nanoseconds patience(Nanoseconds limit) const;

 private:
  Nanoseconds slowest_{0};
  Nanoseconds quickest_{0};
  bool known_ = false;
};

}  // namespace inspect::modbus
