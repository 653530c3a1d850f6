#pragma once

#include "drivers/bus/bus.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <span>

namespace inspect::drivers {

/// A serial line where another master asks. Nothing can be asked here: there is no member to do it with, and the
/// descriptor is open for reading alone. Used on the loop only.
class Ear {
 public:
  virtual ~Ear() = default;

  /// Waits until bytes come or `until` passes and takes what lies there into `into`; returns how many. Opens the port
  /// when it is closed; `bus_unavailable` when that fails or the port is lost.
  virtual boost::asio::awaitable<Result<std::size_t>> hear(std::span<std::uint8_t> into, BootTime until) = 0;

  /// What the listener counts on the line, and the port itself.
  [[nodiscard]] virtual BusCounters& counters() = 0;
  /// See Bus::set_tap.
  virtual void set_tap(Tap* tap) = 0;
  /// Closes the port; whoever waits is told bus_unavailable.
  virtual void close() = 0;
};

std::unique_ptr<Ear> make_ear(const boost::asio::any_io_executor& loop, SerialSettings settings);

}  // namespace inspect::drivers
