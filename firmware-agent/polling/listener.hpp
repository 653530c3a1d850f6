#pragma once

#include "drivers/bus/ear.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/polling/attendant.hpp"
#include "firmware-agent/polling/overheard_line.hpp"
#include "firmware-agent/polling/sink.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace inspect::agent {

/// Attends a line on which another master asks: hears, and never says a word. There is no second read to order: a
/// change is confirmed by the master's own next reading of the point, within its period.
class Listener final : public Attendant {
 public:
  /// All must outlive it.
  Listener(const Site& site, BusIndex bus, drivers::Ear& ear, ReadingSink& sink,
           const boost::asio::any_io_executor& loop);

  boost::asio::awaitable<void> run() override;
  void stop() override;

  // Nothing can be done to have anything asked sooner; the master's next question decides.
  void confirm(PointIndex /*point*/) override {}
  void hasten(DeviceIndex /*device*/) override {}
  /// Waits for the master's next question to each point, at most 10 s. A point it never asks for stays as it is.
  boost::asio::awaitable<void> fresh(std::vector<PointIndex> points) override;

  [[nodiscard]] BusHealth health() const override;
  [[nodiscard]] DeviceHealth health(DeviceIndex device) const override;
  [[nodiscard]] std::optional<BootTime> last_answer(DeviceIndex device) const override {
    return line_.last_answer(device);
  }
  /// Of the last ten seconds or so, in which bytes passed.
  [[nodiscard]] double utilisation() const override { return utilisation_; }
  [[nodiscard]] BootTime heartbeat() const override { return heartbeat_; }

 private:
  void port(bool available, const std::string& why);
  void account(std::size_t bytes, BootTime now);
  boost::asio::awaitable<void> pause(BootClock::duration time);

  BusIndex bus_;
  drivers::Ear& ear_;
  ReadingSink& sink_;
  OverheardLine line_;
  modbus::WireTime wire_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer heard_something_;
  unsigned unavailable_ = 0;  ///< times in a row the port was not there
  bool told_unavailable_ = false;
  double utilisation_ = 0;
  BootTime accounted_{};
  BootTime heartbeat_{};
  bool stopping_ = false;
};

}  // namespace inspect::agent
