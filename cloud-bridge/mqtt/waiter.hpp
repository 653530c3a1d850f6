#pragma once

#include "protocol/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>

namespace inspect::bridge {

/// A coroutine that waits for an outcome. It lives in the coroutine's frame; whoever holds its address lets go of it
/// before the frame ends.
struct Waiter {
  explicit Waiter(const boost::asio::any_io_executor& loop) : timer(loop) {}

  void settle(Result<void> with) {
    if (!outcome) outcome = std::move(with);
    timer.cancel();
  }
  boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code ignored;
    timer.expires_at(deadline);
    while (!outcome && std::chrono::steady_clock::now() < deadline) {
      co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
  }

  boost::asio::steady_timer timer;
  std::optional<Result<void>> outcome;
};

}  // namespace inspect::bridge
