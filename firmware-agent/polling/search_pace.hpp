#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>

namespace inspect::agent {

/// Share of a busy bus that a search for unknown devices may cost; time in which no poll is due costs nobody anything
/// and is used beside it.
constexpr double search_share = 0.10;
/// So long an unknown device may take to begin its answer. Slower ones are not found.
constexpr std::chrono::milliseconds search_patience{250};
/// What one question of a search costs at most at 9 600 baud, and a little more: less idle time than this is not used.
constexpr std::chrono::milliseconds longest_search_question{350};
/// Before the first question the bus is listened to for so long: nobody else may be asking there.
constexpr std::chrono::seconds listen_first{5};
/// After so long without a question a search is over, and the next one listens first again.
constexpr std::chrono::seconds search_over{30};
/// So many bytes of noise while listening are too many to be sure of what answers.
constexpr std::uint64_t most_noise = 16;

/// When a search may ask. Pure.
class SearchPace {
 public:
  [[nodiscard]] bool may_ask(BootTime now, BootTime idle_until) const {
    return idle_until - now >= longest_search_question || now >= paid_;
  }
  /// From here on the share is paid for, however busy the bus is.
  [[nodiscard]] BootTime paid() const { return paid_; }
  void asked(BootTime from, BootTime until) {
    const std::chrono::duration<double> cost = until - from;
    paid_ = until + std::chrono::duration_cast<BootClock::duration>(cost * (1 / search_share - 1));
  }

 private:
  BootTime paid_{};
};

}  // namespace inspect::agent
