#pragma once

#include "firmware-agent/control/agent_view.hpp"
#include "firmware-agent/control/listen_socket.hpp"
#include "firmware-agent/control/session.hpp"
#include "protocol/control/rows.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace inspect::agent {

struct ServerSettings {
  ListenSettings listen;
  std::size_t connections = 32;  ///< one more is told so and closed
  SessionLimits session;
};

/// The agent's UNIX socket: the technician's command line and the bridge come through here.
class ControlServer {
 public:
  /// Opens the socket; nothing is accepted before `start`. Used on the loop only. `view` must outlive the server and
  /// everything it has left on the loop: run the loop until it is idle, or destroy it, after the server.
  static Result<std::unique_ptr<ControlServer>> open(const boost::asio::any_io_executor& loop, AgentView& view,
                                                     const ServerSettings& settings);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Accepts, and takes the view's callbacks for the subscriptions.
  void start();
  /// Gives the callbacks back, ends every connection and removes the socket file. Idempotent; the destructor does it.
  void close();

  [[nodiscard]] const control::SocketState& counters() const;

 private:
  struct State;
  explicit ControlServer(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  ///< shared with what is still on the loop when the server goes
};

}  // namespace inspect::agent
