#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/watchman.hpp"
#include "firmware-agent/polling/health_news.hpp"
#include "firmware-agent/polling/sink.hpp"
#include "firmware-agent/store/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inspect::agent {

/// Changes that may wait for the disk. Past it the watchman is fed no more until the store has caught up: faults that
/// are still there are judged then, so a dead disk delays findings and loses none.
constexpr std::size_t most_waiting_changes = 4096;
/// Readings that explain one commit; the newest are kept.
constexpr std::size_t most_explaining = 256;

/// The one way from a reading to a committed finding: reading → history → watchman → commit → those who watch. Nothing
/// is told before it is written down.
class Pipeline final : public ReadingSink {
 public:
  /// All must outlive it. `confirm` is asked to have a point read again soon.
  Pipeline(const Site& site, Watchman& watchman, Store& store, const boost::asio::any_io_executor& loop);

  void readings(std::span<const Reading> readings) override;
  void attempt(const DeviceAttempt& attempt) override;
  void bus_available(BusIndex bus, bool available, std::string why) override;
  void notice(const UsbNotice& notice);
  void notice(const TestNotice& notice);
  /// A part of the device, or the one that has the point, was replaced.
  void part_replaced(DeviceIndex device, std::optional<PointIndex> point);

  void on_confirm(std::function<void(PointIndex)> confirm) { confirm_ = std::move(confirm); }
  /// `hasten` is asked to ask a device before its time.
  void on_hasten(std::function<void(DeviceIndex)> hasten) { hasten_ = std::move(hasten); }

  /// Writes what the watchman concluded, in order, again and again until it is written. Ends when `stop` was called
  /// and nothing waits, or the store keeps failing after that.
  boost::asio::awaitable<void> commit_loop();
  /// Lets delays run out once a second.
  boost::asio::awaitable<void> tick_loop();
  void stop();
  /// Waits, at most `longest`, until everything concluded so far is written.
  boost::asio::awaitable<bool> drain(std::chrono::milliseconds longest);

  /// A person's word on a finding; the answer comes after it was written down.
  boost::asio::awaitable<Result<Finding>> acknowledge(std::string finding, std::string who);
  boost::asio::awaitable<Result<Finding>> shelve(std::string finding, std::string who, std::string reason,
                                                 WallTime until);
  boost::asio::awaitable<Result<Finding>> unshelve(std::string finding, std::string who);

  /// The last reading of each point, as it was taken.
  [[nodiscard]] const Reading& latest(PointIndex point) const { return latest_[at(point)]; }
  [[nodiscard]] std::size_t waiting_changes() const { return waiting_.changes.size(); }
  /// When a commit or a wait for one last moved, for the watchdog.
  [[nodiscard]] BootTime heartbeat() const { return heartbeat_; }

  /// One consumer each, the control server: readings and health as they pass, changes after they were committed.
  void on_readings(std::function<void(std::span<const Reading>)> callback) { told_readings_ = std::move(callback); }
  void on_finding(std::function<void(const FindingChange&)> callback) { told_change_ = std::move(callback); }
  void on_health(std::function<void(const HealthChange&)> callback) { told_health_ = std::move(callback); }

 private:
  [[nodiscard]] bool judging() const { return waiting_.changes.size() < most_waiting_changes; }
  void tell_health(const DeviceAttempt& attempt);
  void conclude(Verdict& verdict, const Moment& now);
  boost::asio::awaitable<Result<Finding>> committed(Result<void> accepted, Verdict verdict, Moment now);
  boost::asio::awaitable<bool> write(FindingCommit commit);
  boost::asio::awaitable<bool> until_written(std::uint64_t change, std::chrono::milliseconds longest);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

  const Site& site_;
  Watchman& watchman_;
  Store& store_;
  boost::asio::any_io_executor loop_;
  boost::asio::steady_timer wake_;       ///< cancelled when there is something to commit
  boost::asio::steady_timer committed_;  ///< cancelled after each commit
  std::function<void(PointIndex)> confirm_;
  std::function<void(DeviceIndex)> hasten_;

  std::vector<Reading> latest_;
  FindingCommit waiting_;
  std::uint64_t accepted_ = 0;  ///< changes ever put into waiting_
  std::uint64_t written_ = 0;   ///< changes ever committed
  std::function<void(std::span<const Reading>)> told_readings_;
  std::function<void(const FindingChange&)> told_change_;
  HealthNews health_;
  std::function<void(const HealthChange&)> told_health_;
  BootTime heartbeat_{};
  bool stopping_ = false;
};

}  // namespace inspect::agent
