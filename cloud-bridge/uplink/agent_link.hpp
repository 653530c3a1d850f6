#pragma once

#include "protocol/control/answer.hpp"
#include "protocol/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace inspect::bridge {

/// One connection to the agent's control socket, opened when first needed and again after it broke. One question at a
/// time. Errc::unreachable: the agent is not there or did not answer in time; malformed: it answered nonsense;
/// invalid_argument: it refused, in its own words.
class AgentLink {
 public:
  AgentLink(const boost::asio::any_io_executor& loop, std::string path,
            std::chrono::milliseconds limit = std::chrono::seconds(10));
  ~AgentLink();
  AgentLink(const AgentLink&) = delete;
  AgentLink& operator=(const AgentLink&) = delete;

  boost::asio::awaitable<Result<control::Status>> status();
  boost::asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(control::ClaimRows what);
  boost::asio::awaitable<Result<control::Receipted>> receipt(control::GiveReceipt what);
  /// Errc::invalid_argument also from an agent that is older than this question.
  boost::asio::awaitable<Result<control::Unsent>> holdings(control::GiveHoldings what);

  /// Subscribes to "rows were added"; done when the agent has confirmed.
  boost::asio::awaitable<Result<void>> subscribe();
  /// Waits, without limit, for the next event of the subscription.
  boost::asio::awaitable<Result<void>> next_event();

  void close();

 private:
  class Wire;
  std::shared_ptr<Wire> wire_;  ///< shared with a question that is still on the loop
};

}  // namespace inspect::bridge
