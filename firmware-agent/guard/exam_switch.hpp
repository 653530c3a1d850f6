#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::guard {

/// The operator's word that an exam is on. It always has an end, so that a forgotten switch does not keep a site from
/// being tested for ever; while it runs, the end is counted on the boot clock, which nobody sets. Pure.
class ExamSwitch {
 public:
  static constexpr std::chrono::hours longest{24};

  struct Exam {
    WallTime from{};
    WallTime until{};
    ClockTrust trust = ClockTrust::none;  ///< of the wall clock when both were written down
    std::string who;

    friend bool operator==(const Exam&, const Exam&) = default;
  };

  /// Begins an exam, or gives the one that is on another end, counted from now. `invalid_argument`: no length, or one
  /// over `longest`.
  Result<void> begin(std::chrono::milliseconds length, std::string who, const Moment& now);
  /// False: none was on.
  bool end(BootTime now);

  [[nodiscard]] bool on(BootTime now) const { return exam_ && now < ends_; }
  /// The exam that is on, dated as the clock is now.
  [[nodiscard]] std::optional<Exam> exam(const Moment& now) const;

  /// What must be kept over a restart; empty: nothing is on.
  [[nodiscard]] std::string kept() const;
  /// Goes on where `kept` stopped. The time that passed meanwhile counts only when the wall clock could be believed at
  /// both ends; else the whole length counts from now. What cannot be read is an exam: nobody knows that none is on.
  void restore(std::string_view kept, const Moment& now);

 private:
  std::optional<Exam> exam_;
  BootTime ends_{};
};

}  // namespace inspect::guard
