#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/modbus/wire_time.hpp"

#include <span>

namespace inspect::modbus {

/// Never less than this beyond the slowest answer seen: what a USB adapter may keep bytes back (FTDI's latency timer,
/// 16 ms), and as much again for a computer that was busy.
constexpr std::chrono::milliseconds patience_margin{30};
/// A probe waits at least so much beyond the usual answer.
constexpr std::chrono::milliseconds probe_margin{1};

/// What was learned of one unit's time from the end of a request to the start of its answer.
class AnswerTime {
 public:
  /// An answer came after `delay`. `waited` when we saw it arrive; false when it lay there as we first looked, so that
  /// it may have been quicker.
  void learn(Nanoseconds delay, bool waited);
  /// A question was left without an answer.
  void missed() { missed_ = true; }

  [[nodiscard]] bool known() const { return known_; }
  /// The slow edge: a maximum that forgets by half in some 350 answers, which stands for the 99.9th percentile.
  [[nodiscard]] Nanoseconds slowest() const { return slowest_; }
  /// What an answer usually takes: it forgets by half in some 11 answers, and one answer at most doubles it (or adds
  /// `probe_margin`), so a single late one does not make probing dear. What it misses is asked again a second later.
  [[nodiscard]] Nanoseconds usual() const { return usual_; }
  /// The quick edge: nobody needs to look at the line before it.
  [[nodiscard]] Nanoseconds quickest() const { return quickest_; }

  /// How long to wait for the first character, at most `limit`; the limit while nothing is known. Four times the slow
  /// edge and no less than `patience_margin` beyond it, because a master that hurries calls a busy device dead. The
  /// question after a missed one waits four times as long: what was lost costs the line little, and a device that has
  /// become slower is still heard, and learned anew.
  [[nodiscard]] Nanoseconds patience(Nanoseconds limit) const;

 private:
  Nanoseconds slowest_{0};
  Nanoseconds usual_{0};
  Nanoseconds quickest_{0};
  bool known_ = false;
  bool missed_ = false;  ///< the last question
};

/// The slowest that was learned of any of them; 0 when nothing was.
Nanoseconds slowest_of(std::span<const AnswerTime> line);

/// How long a probe waits for the first character of a device that is believed to be gone: half as much again as it
/// usually takes (as the line's slowest unit usually does, while nothing is known of it), and no less than
/// `probe_margin` beyond it, or `least`, whichever is longer; at most `limit`, and the limit while nothing is known of
/// anybody.
Nanoseconds probe_patience(const AnswerTime& own, std::span<const AnswerTime> line, Nanoseconds least,
                           Nanoseconds limit);

}  // namespace inspect::modbus
