#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace inspect::tests {

/// Runs a coroutine to its end, at most 20 s.
template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> part) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(part), [&](const std::exception_ptr& error, T value) {
    if (error) std::rethrow_exception(error);
    result.emplace(std::move(value));
  });
  loop.restart();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!result && loop.run_one_until(end) != 0) {
  }
  if (!result) throw std::runtime_error("a coroutine did not end within 20 s");
  return std::move(*result);
}

/// Runs the loop until a condition holds, at most 10 s.
template <class Condition>
bool until(boost::asio::io_context& loop, Condition condition) {
  loop.restart();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace inspect::tests
