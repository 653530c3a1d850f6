#pragma once

#include "cloud-bridge/ticketing/daemon/service_clock.hpp"
#include "cloud-bridge/ticketing/desk/desk.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace inspect::ticketing {

/// The one thread that touches the desk and its database. The loop reaches it by `co_await desk.ask(…)` and never
/// waits for a disk.
class DeskThread {
 public:
  DeskThread(std::unique_ptr<Desk> desk, ServiceClock clock) : desk_(std::move(desk)), clock_(clock) {}
  ~DeskThread() { stop(); }
  DeskThread(const DeskThread&) = delete;
  DeskThread& operator=(const DeskThread&) = delete;

  /// Runs `work(desk, now)` over there and comes back to the caller's executor with its result. By reference: the
  /// caller's frame stands still meanwhile, and GCC 12 destroys a lambda twice that is a temporary of a co_await and
  /// owns something.
  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&, Desk&, WallTime>> ask(F& work) {
    using R = std::invoke_result_t<F&, Desk&, WallTime>;
    const auto run = [this, &work]() -> boost::asio::awaitable<R> { co_return work(*desk_, clock_.at(boot_now())); };
    co_return co_await boost::asio::co_spawn(thread_, run, boost::asio::use_awaitable);
  }

  /// Finishes what was asked and ends.
  void stop() { thread_.join(); }

 private:
  std::unique_ptr<Desk> desk_;
  ServiceClock clock_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace inspect::ticketing
