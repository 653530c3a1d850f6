#pragma once

#include "firmware-agent/control/agent_view.hpp"
#include "firmware-agent/control/peer.hpp"
#include "protocol/control/answer.hpp"
#include "protocol/control/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <variant>

namespace inspect::agent {

using Outcome = std::variant<control::Data, control::Trouble>;

/// Answers one request: one handler for each verb, chosen by the request's type. Holds no connection and no state.
class Desk {
 public:
  /// Both must outlive it and every answer that is still on its way.
  Desk(AgentView& view, const control::SocketState& socket) : view_(view), socket_(socket) {}

  boost::asio::awaitable<Outcome> serve(control::Ask ask, Peer peer);

 private:
  using Answer = boost::asio::awaitable<Outcome>;

  Answer on(control::AskStatus ask, Peer peer);
  Answer on(control::AskBuses ask, Peer peer);
  Answer on(control::AskDevices ask, Peer peer);
  Answer on(control::AskPoints ask, Peer peer);
  Answer on(control::AskRead ask, Peer peer);
  Answer on(control::AskWatch ask, Peer peer);
  Answer on(control::AskHistory ask, Peer peer);
  Answer on(control::AskFindings ask, Peer peer);
  Answer on(control::AskFinding ask, Peer peer);
  Answer on(control::Acknowledge ask, Peer peer);
  Answer on(control::Shelve ask, Peer peer);
  Answer on(control::Unshelve ask, Peer peer);
  Answer on(control::AskOutbox ask, Peer peer);
  Answer on(control::ClaimRows ask, Peer peer);
  Answer on(control::AwaitRows ask, Peer peer);
  Answer on(control::GiveReceipt ask, Peer peer);
  Answer on(control::GiveHoldings ask, Peer peer);
  Answer on(control::AskTrace ask, Peer peer);
  Answer on(control::AskProbe ask, Peer peer);

  Answer on(control::AskUsb ask, Peer peer);
  Answer on(control::AdoptUsb ask, Peer peer);
  Answer on(control::ProveUsb ask, Peer peer);

  Answer on(control::AskExam ask, Peer peer);
  Answer on(control::BeginExam ask, Peer peer);
  Answer on(control::EndExam ask, Peer peer);
  Answer on(control::GiveOrder ask, Peer peer);
  Answer on(control::Prove ask, Peer peer);

  Answer on(control::AskTrend ask, Peer peer);
  Answer on(control::AskForecasts ask, Peer peer);
  Answer on(control::NotePart ask, Peer peer);
  Answer on(control::AskTests ask, Peer peer);
  Answer on(control::StartTest ask, Peer peer);

  [[nodiscard]] Outcome rows_of(const std::string& target) const;

  AgentView& view_;
  const control::SocketState& socket_;
};

}  // namespace inspect::agent
