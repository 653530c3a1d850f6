#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "cloud-bridge/uplink/agent_link.hpp"
#include "cloud-bridge/uplink/agent_watch.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>

namespace inspect::bridge {

/// Tells the centre how the gateway is: at each connection, when the agent falls silent or comes back, and at least
/// once a minute, so that an old message at the centre means that nobody is there. It asks the agent over a connection
/// of its own, because the other one waits while rows are carried.
class StateReport {
 public:
  /// `agent_socket`: path of the agent's control socket.
  StateReport(const boost::asio::any_io_executor& loop, std::string agent_socket, std::string version, StatePace pace);

  /// The retained message; what the will and the farewell say too (online = false).
  [[nodiscard]] MqttMessage message(const std::string& gateway, bool online) const;
  /// Tells it now; for a new connection.
  boost::asio::awaitable<void> tell(std::string gateway, MqttClient& client);
  /// Works until `close`; until then `client` has to live.
  boost::asio::awaitable<void> run(std::string gateway, MqttClient& client);
  void close();
  /// Nothing: not known yet.
  [[nodiscard]] std::optional<bool> watching() const;

 private:
  StatePace pace_;
  std::string version_;
  AgentLink agent_;
  AgentWatch watch_;
  boost::asio::steady_timer timer_;
  bool closed_ = false;
};

}  // namespace inspect::bridge
