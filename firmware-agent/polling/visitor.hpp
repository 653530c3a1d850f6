#pragma once

#include "protocol/core/clock.hpp"

#include <boost/asio/awaitable.hpp>

namespace inspect::agent {

/// Somebody who has something of his own to ask on a bus, between the poller's questions.
class Visitor {
 public:
  virtual ~Visitor() = default;

  /// Whether it is his turn now. `idle_until`: when the next poll is due; in the past when one is waiting.
  [[nodiscard]] virtual bool wants(BootTime now, BootTime idle_until) const = 0;
  /// When to ask him again at the latest.
  [[nodiscard]] virtual BootTime next(BootTime now) const = 0;
  /// The bus is his for one question, or for listening until `idle_until`.
  virtual boost::asio::awaitable<void> visit(BootTime idle_until) = 0;
};

}  // namespace inspect::agent
