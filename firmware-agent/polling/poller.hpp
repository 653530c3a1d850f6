#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/polling/attendant.hpp"
#include "firmware-agent/polling/health.hpp"
#include "firmware-agent/polling/polled_device.hpp"
#include "firmware-agent/polling/schedule.hpp"
#include "firmware-agent/polling/sink.hpp"
#include "firmware-agent/polling/visitor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace inspect::agent {

/// A device on this bus, with its driver.
struct Polled {
  DeviceIndex index{};
  std::unique_ptr<PolledDevice> driver;
};

/// The one coroutine that owns a bus: asks what the schedule says, hands on what came, block by block.
class Poller final : public Attendant {
 public:
  /// `site` and `sink` must outlive it.
  Poller(const Site& site, BusIndex bus, std::vector<Polled> devices, ReadingSink& sink,
         const boost::asio::any_io_executor& loop);

  /// Polls until `stop`.
  boost::asio::awaitable<void> run() override;
  void stop() override;

  /// Something would open or close on this point: read it again soon. Points of other buses are ignored.
  void confirm(PointIndex point) override;
  /// An answer or a silence of this device decides something: ask it before its time.
  void hasten(DeviceIndex device) override;
  /// Asks for points of one of this bus's devices now and waits, at most 10 s, until each was read or refused.
  boost::asio::awaitable<void> fresh(std::vector<PointIndex> points) override;

  /// Lets somebody else ask between its own questions, when he wants to, until he leaves; he lives until then. A poll
  /// that is due has its turn after each visit.
  void receive(Visitor& visitor);
  void leave(const Visitor& visitor);
  /// A visitor wants something now.
  void rouse() { wake_.cancel(); }

  [[nodiscard]] BusHealth health() const override { return bus_health_.health(); }
  [[nodiscard]] DeviceHealth health(DeviceIndex device) const override;
  [[nodiscard]] std::optional<BootTime> last_answer(DeviceIndex device) const override;
  /// Share of the last ten seconds or so in which the bus was being asked, 0..1.
  [[nodiscard]] double utilisation() const override { return utilisation_; }
  /// Last time the coroutine moved on, for the watchdog.
  [[nodiscard]] BootTime heartbeat() const override { return heartbeat_; }

 private:
  struct Member {
    DeviceIndex index{};
    std::unique_ptr<PolledDevice> driver;
    HealthTracker health;
    std::optional<BootTime> last_answer;
    std::vector<std::size_t> items;            ///< the schedule's number of each block
    std::vector<BootTime> last_read;           ///< of each block
    std::vector<unsigned> failures;            ///< of each block, in a row
    std::vector<std::set<std::size_t>> doubt;  ///< of each block: points to be confirmed
  };
  struct Place {
    std::size_t member = 0;
    std::size_t block = 0;
  };

  void plan(std::size_t member, BootTime first_due);
  [[nodiscard]] std::optional<std::size_t> member_of(DeviceIndex device) const;
  [[nodiscard]] std::optional<Place> place_of(PointIndex point) const;
  boost::asio::awaitable<void> ask(const Task& task);
  boost::asio::awaitable<Sweep> read(const Task& task, Member& member, std::size_t block);
  void judge(Member& member, const Sweep& sweep, BootClock::duration cost, const Moment& now);
  void hand_on(Member& member, std::size_t block, const Sweep& sweep, const Moment& now);
  void hand_on_all_bad(const Member& member, Reason reason, const Moment& now);
  void port(bool available, const std::string& why);
  void account(BootClock::duration busy, BootTime now);
  boost::asio::awaitable<void> sleep_until(BootTime time);
  boost::asio::awaitable<bool> host();

  const Site& site_;
  BusIndex bus_;
  ReadingSink& sink_;
  std::vector<Member> members_;
  std::vector<Place> places_;  ///< by the schedule's item number
  Schedule schedule_;
  BusHealthTracker bus_health_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer read_something_;
  unsigned unavailable_ = 0;  ///< times in a row the port was not there
  bool told_unavailable_ = false;
  double utilisation_ = 0;
  BootTime accounted_{};
  BootTime heartbeat_{};
  std::vector<Visitor*> visitors_;  ///< few
  bool visited_ = false;            ///< the last that had the bus was a visitor
  bool stopping_ = false;
};

}  // namespace inspect::agent
