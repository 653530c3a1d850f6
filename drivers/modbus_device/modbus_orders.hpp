#pragma once

#include "drivers/bus/bus.hpp"
#include "drivers/bus/clock.hpp"
#include "drivers/permit/write_permit.hpp"
#include "drivers/profiles/profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace inspect::drivers {

/// What an action must leave at its readback: on and pulse a 1, off and cancel a 0; nothing for any other.
std::optional<bool> leaves(std::string_view action);

/// Orders to a unit on a bus, by its profile. What the device is asked and when is not decided here.
class ModbusOrders {
 public:
  /// `bus` and `profile` must outlive it. `device`: its name in the site, as permits have it. `now`: for tests.
  ModbusOrders(Bus& bus, std::string device, std::uint8_t unit, const Profile& profile, BootTime (*now)() = &boot_now);

  /// Sends the action once and reads back what it did, where the profile says how. An answer that was lost is settled
  /// by reading back, never by sending again. `not_permitted`: nothing was sent. `device_refused`: the unit says no, or
  /// did not do it. Where nothing can be read back, a lost answer is the error that it is.
  boost::asio::awaitable<Result<void>> order(std::string action, WritePermit permit);

 private:
  boost::asio::awaitable<Result<double>> read(const PointSpec& point);
  [[nodiscard]] AnswerLimits limits() const;

  Bus& bus_;
  std::string device_;
  std::uint8_t unit_;
  const Profile& profile_;
  BootTime (*now_)();
};

}  // namespace inspect::drivers
