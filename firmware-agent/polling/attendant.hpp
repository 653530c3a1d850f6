#pragma once

#include "protocol/core/clock.hpp"
#include "protocol/model/health.hpp"
#include "protocol/model/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <vector>

namespace inspect::agent {

/// The one coroutine that attends a bus: the poller where we ask, the listener where another master does.
class Attendant {
 public:
  virtual ~Attendant() = default;

  /// Attends until `stop`.
  virtual boost::asio::awaitable<void> run() = 0;
  virtual void stop() = 0;

  /// Something would open or close on this point: have it read again soon, if that is in our hands.
  virtual void confirm(PointIndex point) = 0;
  /// An answer or a silence of this device decides something: ask it before its time, if that is in our hands.
  virtual void hasten(DeviceIndex device) = 0;
  /// Waits, at most 10 s, until points of one device of this bus were read after now, or refused.
  virtual boost::asio::awaitable<void> fresh(std::vector<PointIndex> points) = 0;

  [[nodiscard]] virtual BusHealth health() const = 0;
  [[nodiscard]] virtual DeviceHealth health(DeviceIndex device) const = 0;
  [[nodiscard]] virtual std::optional<BootTime> last_answer(DeviceIndex device) const = 0;
  /// Share of the last ten seconds or so in which the bus was in use, 0..1.
  [[nodiscard]] virtual double utilisation() const = 0;
  /// Last time the coroutine moved on, for the watchdog.
  [[nodiscard]] virtual BootTime heartbeat() const = 0;
};

}  // namespace inspect::agent
