#pragma once

#include "drivers/bus/bus.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace inspect::tests {

/// Runs one coroutine to its end on a loop of its own, at most for `limit`.
template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> work,
      std::chrono::seconds limit = std::chrono::seconds{30}) {
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
    thrown = error;
    result.emplace(std::move(value));
    loop.stop();
  });
  loop.restart();
  loop.run_for(limit);
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::runtime_error("the coroutine did not end in time");
  return std::move(*result);
}

}  // namespace inspect::tests
