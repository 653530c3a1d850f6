#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/model/line_signs.hpp"

#include <array>
#include <optional>

namespace inspect::agent {

/// What is heard on one line that its devices did not say: questions of another master, and our own words. Pure.
class Strangers {
 public:
  /// What the wire showed during one question; `answered` when it was.
  void take(const LineSigns& signs, bool answered, const Moment& now);

  /// Another master has asked three times within a minute: since when. A frame of chance has a right checksum once in
  /// 2^16, so three are none. Nothing when it has been quiet for a minute.
  [[nodiscard]] std::optional<Moment> second_master(BootTime now) const;
  /// It asked a moment ago: what gets lost or damaged may be its fault.
  [[nodiscard]] bool disturb(BootTime now) const;
  /// Questions of another master since it was first heard in this spell.
  [[nodiscard]] unsigned questions() const { return questions_; }

  /// Five questions in a row came back to us: since when. Nothing again after five answers without.
  [[nodiscard]] const std::optional<Moment>& echo() const { return echo_; }
  /// Five answers in a row came without one.
  [[nodiscard]] bool clear_of_echo() const { return silences_ >= echo_run; }

 private:
  static constexpr unsigned echo_run = 5;
  std::array<Moment, 3> heard_{};  ///< the last questions of another master, the newest first
  unsigned questions_ = 0;
  Moment first_echo_;
  unsigned echoes_ = 0;    ///< in a row
  unsigned silences_ = 0;  ///< answers in a row without an echo
  std::optional<Moment> echo_;
};

}  // namespace inspect::agent
