#pragma once

#include "firmware-agent/detection/sight.hpp"
#include "protocol/core/clock.hpp"

namespace inspect::agent {

struct Delays {
  BootClock::duration on{0};   ///< a fault must last this long before it opens
  BootClock::duration off{0};  ///< health must last this long before it closes
};

/// What became of a rule after a reading.
enum class Step : std::uint8_t {
  none,
  pending,  ///< seen for the first time; a second, later reading decides
  opened,
  closed,
};

/// The gate between a sight and a finding: whatever would open or close must be shown by two readings measured at
/// different instants, must last its delay, and must not be interrupted. One noisy reading opens and closes nothing.
class Confirmation {
 public:
  /// `good_until` of the reading: the next one must be measured before it, or the two do not belong together.
  Step see(Sight sight, const Moment& measured_at, BootTime good_until, Delays delays);

  /// A gap in the readings: what is pending is forgotten, what is open stays open.
  void gap() { pending_ = false; }

  /// An open finding came back from the store.
  void hold_open() { open_ = true; }

  /// True once, when a pending change has waited out its delay and only the deciding reading is missing.
  bool wants_reading(BootTime now, Delays delays);

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] bool pending() const { return pending_; }
  /// The first reading that showed what is pending, or what was confirmed last.
  [[nodiscard]] const Moment& since() const { return since_; }

 private:
  Moment since_;
  BootTime last_ = BootTime::min();
  BootTime last_good_until_ = BootTime::max();
  bool open_ = false;
  bool pending_ = false;
  bool asked_ = false;
};

}  // namespace inspect::agent
