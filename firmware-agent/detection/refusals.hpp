#pragma once

#include "protocol/core/clock.hpp"

namespace inspect::agent {

/// Whether one device refuses (answers with an exception) half of its questions or more, for a while. Pure.
class Refusals {
 public:
  void refused(const Moment& at);
  void answered();
  /// A question ended without either.
  void interrupted() { answered_ = 0; }

  /// True once, when it is to be told. `busy`: an honest answer for a while, but not for ever.
  bool opens(BootTime now, bool busy);
  /// True once, when what was told is over: whoever refuses two blocks of four answers two in a row in every round, so
  /// that many are no sign of mending.
  bool closes();

  /// It was told before a restart.
  void hold_open() { told_ = true; }
  /// Told, and nothing was answered since the last refusal.
  [[nodiscard]] bool of_everything() const { return told_ && answered_ == 0; }
  [[nodiscard]] const Moment& since() const { return first_; }
  [[nodiscard]] unsigned count() const { return refusals_; }

 private:
  void forget();

  unsigned refusals_ = 0;          ///< while they have been half of all questions or more
  unsigned more_ = 0;              ///< refusals beyond answers in that time
  unsigned longest_answered_ = 0;  ///< answers in a row between two of them
  unsigned answered_ = 0;          ///< answers in a row
  Moment first_;
  bool told_ = false;
};

}  // namespace inspect::agent
