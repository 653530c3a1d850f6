#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/core/error.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace inspect::drivers {

/// What is believed of the device at one USB port, and when it may be touched. Pure.
///
/// A device that came is left alone until udev has set its rights. One whose exchanges fail again and again is reset,
/// and held off for longer each time. One that comes and goes five times in a minute is left alone for ten minutes:
/// re-enumeration storms wear out hub and host, and what is read in between is worth nothing.
class HoldOff {
 public:
  static constexpr auto settling = std::chrono::milliseconds{200};
  static constexpr auto storm_window = std::chrono::minutes{1};
  static constexpr std::size_t storm_arrivals = 5;
  static constexpr auto storm_hold = std::chrono::minutes{10};
  static constexpr unsigned failures_to_reset = 4;  ///< in a row: the first and three tries
  static constexpr auto shortest_hold = std::chrono::seconds{2};
  static constexpr auto longest_hold = std::chrono::minutes{5};
  static constexpr auto shortest_retry = std::chrono::milliseconds{100};
  static constexpr auto longest_retry = std::chrono::seconds{5};

  enum class State : std::uint8_t {
    absent,    ///< nothing is plugged in
    settling,  ///< just came
    ready,     ///< may be opened and asked
    waiting,   ///< could not be opened, and is tried again soon
    held,      ///< failed too often, and is left alone
    storm,     ///< came and went too often, and is left alone
  };

  void arrived(BootTime now);
  void left(BootTime now);
  /// It could not be opened, or nobody was there.
  void not_opened(BootTime now);
  void opened() { retry_ = shortest_retry; }
  /// An exchange ended, after the driver's own tries. True: reset the device now; it is held off from then on.
  [[nodiscard]] bool exchanged(std::optional<Errc> failure, BootTime now);

  [[nodiscard]] State state(BootTime now) const;
  /// When it may be touched again; meaningless while it is absent.
  [[nodiscard]] BootTime allowed_at() const { return allowed_at_; }
  /// Whether it came and went too often, and has not yet proved calm: a minute after the hold without another storm.
  [[nodiscard]] bool storming(BootTime now) const { return storm_until_ && now < *storm_until_ + storm_window; }
  /// Times it came since the start.
  [[nodiscard]] std::uint64_t arrivals() const { return arrivals_; }
  /// Times it left.
  [[nodiscard]] std::uint64_t departures() const { return departures_; }

 private:
  void hold_until(BootTime until, State state);

  State state_ = State::ready;  ///< nobody has looked yet
  BootTime allowed_at_{};
  std::deque<BootTime> recent_;  ///< arrivals of the last minute, at most storm_arrivals
  std::optional<BootTime> storm_until_;
  std::chrono::nanoseconds retry_ = shortest_retry;
  std::chrono::nanoseconds hold_ = shortest_hold;
  unsigned failures_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t departures_ = 0;
};

}  // namespace inspect::drivers
