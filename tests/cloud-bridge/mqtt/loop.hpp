#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>

namespace inspect::tests {

/// Runs the loop until the condition holds; false when the limit came first.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& condition,
                      std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace inspect::tests
