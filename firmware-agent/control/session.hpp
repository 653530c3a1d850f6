#pragma once

#include "firmware-agent/control/desk.hpp"
#include "firmware-agent/control/lookup.hpp"
#include "protocol/control/line_splitter.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::agent {

/// What one connection may take.
struct SessionLimits {
  std::chrono::milliseconds idle{60'000};          ///< without a request or a subscription it is closed
  std::chrono::milliseconds write{300'000};        ///< a reader that takes nothing for this long is gone
  std::size_t buffered = std::size_t{256} * 1024;  ///< bytes that wait for a slow reader; more events are dropped
  std::size_t subscriptions = 8;
  std::size_t malformed = 16;  ///< lines that are no request; then it is closed
};

/// One connection: reads requests in order, answers each before it reads the next, and puts the events of its
/// subscriptions between the answers. Shared between the operations that are on their way for it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  /// `desk`, `site` and `counters` must outlive it.
  Session(Socket socket, Desk& desk, const Site& site, control::SocketState& counters, const SessionLimits& limits);

  /// Until the other side leaves, breaks a rule or is closed.
  boost::asio::awaitable<void> run();
  void close();

  void on_readings(std::span<const control::ReadingNews> news, std::span<const PointIndex> points);
  void on_finding(const FindingChange& change);
  void on_outbox();
  /// For who watches the device, and who traces its bus.
  void on_health(const HealthChange& change);
  /// What passed a bus; false: this connection does not trace it. `dropped`: records lost before these.
  bool on_trace(BusIndex bus, const control::TraceEvent& event, std::uint64_t dropped);
  /// Is told when this connection begins to trace a bus.
  void on_trace_wanted(std::function<void(BusIndex)> callback) { trace_wanted_ = std::move(callback); }
  [[nodiscard]] bool watches() const { return !watches_.empty(); }

 private:
  struct Watch {
    std::uint64_t id = 0;
    Target target;
    std::vector<bool> points;  ///< by index: which ones it follows
    std::uint64_t dropped = 0;
  };

  struct Trace {
    std::uint64_t id = 0;
    BusIndex bus{};
    std::uint64_t dropped = 0;
  };

  boost::asio::awaitable<void> take(control::LineSplitter::Line line);
  boost::asio::awaitable<void> answer(control::Request request);
  void refuse(std::uint64_t id, const control::Trouble& trouble);
  bool may_subscribe(const control::Request& request);
  void subscribe(const control::Request& request);
  [[nodiscard]] std::size_t subscriptions() const { return watches_.size() + awaiting_rows_.size() + traces_.size(); }
  void tell(std::uint64_t id, std::uint64_t& dropped, control::News news, std::uint64_t weight = 1);
  void send(std::string line);
  void pump();
  void tell_rows_added();
  boost::asio::awaitable<void> room();
  void rest();

  Socket socket_;
  Desk& desk_;
  const Site& site_;
  control::SocketState& counters_;
  const SessionLimits& limits_;
  Peer peer_;
  control::LineSplitter lines_{control::largest_request};
  std::vector<Watch> watches_;
  std::vector<Trace> traces_;
  std::function<void(BusIndex)> trace_wanted_;
  std::vector<std::uint64_t> awaiting_rows_;  ///< ids of outbox.wait
  bool rows_added_ = false;                   ///< and not told yet; many additions are one event
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  bool writing_ = false;
  bool resting_ = false;  ///< `idle_` runs
  std::size_t malformed_ = 0;
  boost::asio::steady_timer room_;   ///< cancelled when the outgoing lines became fewer
  boost::asio::steady_timer idle_;   ///< closes a connection that asks nothing
  boost::asio::steady_timer write_;  ///< closes a connection that takes nothing
};

}  // namespace inspect::agent
