#pragma once

#include "drivers/bus/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace inspect::drivers {

/// One value on its way from another thread to a coroutine on the loop. Whoever comes second finds the other gone and
/// does no harm: a waiter that gave up, or a value that never comes.
template <class T>
class Parcel : public std::enable_shared_from_this<Parcel<T>> {
 public:
  explicit Parcel(const boost::asio::any_io_executor& loop) : loop_(loop), timer_(loop) {}

  /// From any thread, once.
  void deliver(T value) {
    boost::asio::post(loop_, [self = this->shared_from_this(), value = std::move(value)]() mutable {
      self->value_.emplace(std::move(value));
      self->timer_.cancel();
    });
  }

  /// On the loop; nothing when it has not come by then.
  boost::asio::awaitable<std::optional<T>> wait(BootTime until) {
    const auto self = this->shared_from_this();
    while (!value_) {
      const auto left = until - boot_now();
      if (left <= BootClock::duration::zero()) break;
      timer_.expires_after(left);
      boost::system::error_code ignored;
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    co_return std::exchange(value_, std::nullopt);
  }

 private:
  boost::asio::any_io_executor loop_;
  boost::asio::steady_timer timer_;
  std::optional<T> value_;
};

}  // namespace inspect::drivers
