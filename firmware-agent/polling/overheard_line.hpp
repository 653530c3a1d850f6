#pragma once

#include "drivers/modbus_device/overheard_device.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/polling/health.hpp"
#include "firmware-agent/polling/overheard_signs.hpp"
#include "firmware-agent/polling/sink.hpp"
#include "protocol/modbus/overheard.hpp"

#include <optional>
#include <vector>

namespace inspect::agent {

/// So long without a question of its master a line is quiet: nobody is asked there, so nobody fails to answer.
constexpr std::chrono::seconds line_quiet_after{10};

/// What a line says on which another master asks: readings, attempts and health, for the same detection as our own
/// polling. Pure.
///
/// A question of the master that stays unanswered is a time-out of that device. A line on which nobody asks is quiet,
/// and its health unknown: the exam host is off, or our own branch of the cable. As long as no answer was ever heard
/// the devices are not accused: whoever hears only questions cannot tell his own ears from their silence.
class OverheardLine {
 public:
  /// `site` and `sink` must outlive it.
  OverheardLine(const Site& site, BusIndex bus, ReadingSink& sink, modbus::LineCounters& counters);

  void take(modbus::BytesView bytes, const Moment& now);
  /// The port is gone: no reading of the line is good.
  void lost(const Moment& now);

  /// When `take` must be called with nothing if nothing comes before.
  [[nodiscard]] std::optional<BootTime> wake() const { return ears_.wake(); }

  [[nodiscard]] BusHealth health(BootTime now) const;
  [[nodiscard]] DeviceHealth health(DeviceIndex device, BootTime now) const;
  [[nodiscard]] std::optional<BootTime> last_answer(DeviceIndex device) const;
  /// When a point was last read or refused.
  [[nodiscard]] std::optional<BootTime> last_read(PointIndex point) const;
  /// No question of the master for `line_quiet_after`.
  [[nodiscard]] bool quiet(BootTime now) const { return !asked_ || now - *asked_ >= line_quiet_after; }

 private:
  struct Member {
    DeviceIndex index{};
    drivers::OverheardDevice device;
    HealthTracker health;
    std::optional<BootTime> last_answer;
    std::vector<std::optional<BootTime>> last_read;  ///< of each point
    std::vector<unsigned> failures;                  ///< of each point, in a row
  };

  void hear(const modbus::Heard& heard, const Moment& now);
  void hand_on(Member& member, const drivers::OverheardOutcome& outcome, const Moment& at);
  [[nodiscard]] const Member* member_of(DeviceIndex device) const;

  const Site& site_;
  BusIndex bus_;
  ReadingSink& sink_;
  modbus::Overheard ears_;
  OverheardSigns signs_;
  std::vector<modbus::Heard> heard_;  ///< kept, so that a quiet call allocates nothing
  std::vector<Member> members_;
  BusHealthTracker bus_health_;
  std::optional<BootTime> asked_;
  bool ever_answered_ = false;
};

}  // namespace inspect::agent
