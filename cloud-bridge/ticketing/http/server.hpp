#pragma once

#include "cloud-bridge/ticketing/http/event_hub.hpp"
#include "cloud-bridge/ticketing/http/web.hpp"
#include "protocol/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace inspect::ticketing {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;               ///< 0: any free one
  std::size_t most_connections = 256;      ///< full: the one that has said nothing for longest goes
  std::chrono::seconds request_limit{10};  ///< from the first byte of a request to its last
  std::chrono::seconds idle_limit{60};     ///< between requests
  std::chrono::seconds heartbeat{15};      ///< on a stream of events on which nothing happens
};

/// The HTTP shell: reads bounded requests, hands them to `handler`, writes the answers, and keeps the streams of
/// `/api/v1/events`. Everything runs on `loop`.
class Server {
 public:
  using Handler = std::function<boost::asio::awaitable<WebResponse>(WebRequest)>;

  Server(const boost::asio::any_io_executor& loop, ServerOptions options, EventHub& hub, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and begins to accept. Errc::bus_unavailable when the address is taken or is none.
  Result<void> start();
  /// Closes the listener and every connection.
  void stop();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;  ///< shared with the sessions, which end a turn of the loop later
};

}  // namespace inspect::ticketing
