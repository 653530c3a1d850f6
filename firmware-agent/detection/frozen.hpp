#pragma once

#include "firmware-agent/detection/sight.hpp"
#include "protocol/model/reading.hpp"
#include "protocol/model/rule.hpp"

namespace inspect::agent {

/// A value that has not moved by a single count for the rule's window while the point that should move it did, by more
/// than the rule's deadband. Without a point to move it, the window alone decides.
class Frozen {
 public:
  /// A good reading of the judged point.
  Sight see(const Rule& rule, const Reading& reading);
  /// A good reading of the point that should move it.
  void other(double value);
  /// The readings were interrupted: the run starts anew.
  void gap() { running_ = moved_once_ = false; }

  [[nodiscard]] BootTime since() const { return since_; }
  /// How far the other point moved since the run began.
  [[nodiscard]] double other_span() const { return any_other_ ? highest_ - lowest_ : 0; }

 private:
  void start(const Reading& reading);

  double value_ = 0;
  double last_other_ = 0;
  double lowest_ = 0;
  double highest_ = 0;
  BootTime since_{};
  BootTime good_until_{};
  bool running_ = false;
  bool moved_once_ = false;  ///< health is only known after the value was seen to move
  bool any_other_ = false;
};

}  // namespace inspect::agent
