#pragma once

#include "firmware-agent/polling/poller.hpp"
#include "firmware-agent/polling/visitor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace inspect::agent {

/// Gives a bus to work that is no poll, an order, between two questions of the poller: on its coroutine, so that
/// nothing else is on the line. First come, first served.
class BusTurns final : public Visitor {
 public:
  using Work = std::function<boost::asio::awaitable<void>()>;
  /// So many may wait.
  static constexpr std::size_t bound = 32;

  /// `poller` must outlive it.
  BusTurns(Poller& poller, boost::asio::any_io_executor loop);
  BusTurns(const BusTurns&) = delete;
  BusTurns& operator=(const BusTurns&) = delete;
  ~BusTurns() override { poller_.leave(*this); }

  /// Runs the work when its turn has come, and returns when it is done. `device_busy`: too many wait;
  /// `bus_unavailable`: the agent stops. The work was not begun then.
  boost::asio::awaitable<Result<void>> take(Work work);
  void stop();

  [[nodiscard]] bool wants(BootTime now, BootTime idle_until) const override;
  [[nodiscard]] BootTime next(BootTime now) const override;
  boost::asio::awaitable<void> visit(BootTime idle_until) override;

 private:
  struct Waiting;

  Poller& poller_;
  boost::asio::any_io_executor loop_;
  std::deque<std::shared_ptr<Waiting>> waiting_;
  bool stopping_ = false;
};

}  // namespace inspect::agent
