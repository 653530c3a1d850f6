#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/watchman.hpp"
#include "firmware-agent/polling/sink.hpp"
#include "firmware-agent/store/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace inspect::agent {

/// Changes that may wait for the disk. Past it the watchman is fed no more until the store has caught up: faults that
/// are still there are judged then, so a dead disk delays findings and loses none.
constexpr std::size_t most_waiting_changes = 4096;
/// Readings that explain one commit; the newest are kept.
constexpr std::size_t most_explaining = 256;

/// Who wants to see what passes. Called on the loop; must not block.
struct Listener {
  std::function<void(std::span<const Reading>)> readings;
  std::function<void(const FindingChange&)> change;  ///< after it was committed
};

/// The one way from a reading to a committed finding: reading → history → watchman → commit → listeners. Nothing is
/// told before it is written down.
class Pipeline final : public ReadingSink {
 public:
  /// All must outlive it. `confirm` is asked to have a point read again soon.
  Pipeline(const Site& site, Watchman& watchman, Store& store, boost::asio::any_io_executor loop);

  void readings(std::span<const Reading> readings) override;
  void attempt(const DeviceAttempt& attempt) override;
  void bus_available(BusIndex bus, bool available, std::string why) override;

  void on_confirm(std::function<void(PointIndex)> confirm) { confirm_ = std::move(confirm); }

  /// Writes what the watchman concluded, in order, again and again until it is written. Ends when `stop` was called
  /// and nothing waits, or the store keeps failing after that.
  boost::asio::awaitable<void> commit_loop();
  /// Lets delays run out once a second.
  boost::asio::awaitable<void> tick_loop();
  void stop();

  /// A person's word on a finding; the answer comes after it was written down.
  boost::asio::awaitable<Result<void>> acknowledge(std::string finding, std::string who);
  boost::asio::awaitable<Result<void>> shelve(std::string finding, std::string who, std::string reason, WallTime until);
  boost::asio::awaitable<Result<void>> unshelve(std::string finding, std::string who);

  /// The last reading of each point, as it must be shown now.
  [[nodiscard]] Reading latest(PointIndex point) const;
  [[nodiscard]] std::size_t waiting_changes() const { return waiting_.changes.size(); }
  /// When a commit or a wait for one last moved, for the watchdog.
  [[nodiscard]] BootTime heartbeat() const { return heartbeat_; }

  std::size_t listen(Listener listener);
  void forget(std::size_t listener);

 private:
  [[nodiscard]] bool judging() const { return waiting_.changes.size() < most_waiting_changes; }
  void conclude(Verdict& verdict, const Moment& now);
  boost::asio::awaitable<Result<void>> committed(Result<void> accepted, Verdict verdict, Moment now);
  boost::asio::awaitable<bool> write(FindingCommit commit);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

  const Site& site_;
  Watchman& watchman_;
  Store& store_;
  boost::asio::any_io_executor loop_;
  boost::asio::steady_timer wake_;       ///< cancelled when there is something to commit
  boost::asio::steady_timer committed_;  ///< cancelled after each commit
  std::function<void(PointIndex)> confirm_;

  std::vector<Reading> latest_;
  FindingCommit waiting_;
  std::uint64_t accepted_ = 0;  ///< changes ever put into waiting_
  std::uint64_t written_ = 0;   ///< changes ever committed
  std::map<std::size_t, Listener> listeners_;
  std::size_t next_listener_ = 0;
  BootTime heartbeat_{};
  bool stopping_ = false;
};

}  // namespace inspect::agent
