#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace inspect::agent {

/// What the unanswered questions on one bus prove against its devices and against the line itself. Pure.
///
/// A line that was interrupted leaves unanswered questions too, so they convict nobody by themselves. A device is
/// convicted by questions it missed *between* answers of its neighbours, after its first miss: those show that the line
/// was whole before and after. (x: missed, ·: answered, by the accused A and its neighbours B, C)
///
///     A x x   B ·   A x   C ·   A x   B ·     two proofs: A is dead
///     A x x   B x   C ·   A ·   B ·           an interruption of the line, nobody is dead
///
/// Whoever missed a question and answers the next shows that questions get lost: all proofs so far are void.
class LineEvidence {
 public:
  explicit LineEvidence(std::size_t members = 0) : members_(members) {}

  /// A device not yet accused left a question unanswered.
  void missed(std::size_t member, const Moment& at);
  /// A sign of life of a device.
  void heard(std::size_t member, const Moment& at);
  /// The device is accused, or its silence has ended otherwise than by an answer: no longer of this matter.
  void drop(std::size_t member) { members_[member] = {}; }
  /// The silence of all was the line's (or the port's) and is told as such; for a minute after it the line is still
  /// not trusted.
  void line_was_down(BootTime now);
  /// Nothing asked so far counts.
  void forget();

  [[nodiscard]] bool convicts(std::size_t member, BootTime now) const;
  /// Unanswered since the last sign of life of anybody, by the accusable members alone: how long. Nothing: all is well.
  [[nodiscard]] BootClock::duration silence() const;
  /// From the member's first miss to its last.
  [[nodiscard]] BootClock::duration silence(std::size_t member) const {
    return members_[member].last.boot - members_[member].first.boot;
  }
  /// A neighbour was heard since its last miss: another one now would be a proof.
  [[nodiscard]] bool would_prove(std::size_t member) const { return members_[member].stretch != now_.number; }
  [[nodiscard]] unsigned misses(std::size_t member) const { return members_[member].misses; }
  /// An answer of anybody later than the member's first miss.
  [[nodiscard]] bool heard_since(std::size_t member) const;
  /// The member of the last sign of life.
  [[nodiscard]] std::optional<std::size_t> last_heard() const { return last_heard_; }

  /// The line was interrupted within the last minute: what gets lost may be its fault.
  [[nodiscard]] bool shaken(BootTime now) const;
  /// Start of the first of three interruptions within a minute.
  [[nodiscard]] std::optional<Moment> flapping(BootTime now) const;

 private:
  struct Member {
    unsigned misses = 0;   ///< in a row
    unsigned proofs = 0;   ///< stretches between answers of neighbours in which it missed a question
    unsigned stretch = 0;  ///< the last in which it missed one
    Moment first;
    Moment last;
  };
  /// From one sign of life to the next: who is silent meanwhile?
  struct Stretch {
    unsigned number = 1;
    std::size_t missing = 0;  ///< members that missed a question in it
    bool fresh = false;       ///< one of them missed its first
    Moment first;             ///< miss in it
    Moment last;
  };

  void end_stretch(std::size_t member);
  void interrupted(const Moment& since, BootTime now);

  std::vector<Member> members_;
  Stretch now_;
  std::optional<Stretch> shared_;  ///< the last in which several members missed: an interruption if one of them is back
  std::optional<std::size_t> last_heard_;
  BootTime heard_at_{};
  std::vector<Moment> interruptions_;          ///< at most three
  std::optional<BootTime> untrusted_until_{};  ///< after the line was told to be down
};

}  // namespace inspect::agent
