#pragma once

#include "protocol/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inspect::bridge {

/// PEM files. `certificate` and `key` are empty when the broker asks for none.
struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

/// No aggregate: g++ 12 destroys a brace-made aggregate in a `co_await` expression twice.
struct MqttMessage {
  MqttMessage() = default;
  MqttMessage(std::string to, std::string what, bool keep = false)
      : topic(std::move(to)), payload(std::move(what)), retained(keep) {}

  std::string topic;
  std::string payload;
  bool retained = false;
};

struct MqttOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::optional<TlsFiles> tls;  ///< nothing: plain TCP, for a broker on the same machine
  std::string client_id;
  std::string username;       ///< empty: none
  std::string password_file;  ///< first line is the password; read anew at each connection
  bool clean_start = true;
  std::chrono::seconds session_expiry{0};
  std::chrono::seconds keep_alive{30};
  std::optional<MqttMessage> will;
  std::vector<std::string> subscriptions;  ///< QoS 1; made anew at each connection, before `up` is told
  std::size_t window = 20;                 ///< most publishes in flight; the broker's Receive Maximum may lower it

  std::chrono::milliseconds backoff_least{1000};
  std::chrono::milliseconds backoff_most{300'000};
  /// Shortest wait after another client with this identity took over three times within five minutes; or, because not
  /// every broker says so (mosquitto 2.0.11 does not), after six young links in a row were cut by a broker that took
  /// the next at once.
  std::chrono::milliseconds takeover_wait{60'000};
  std::chrono::milliseconds connect_limit{60'000};  ///< from opening to the last subscription's answer

  // Bounds of what arrived and was not handled yet. When full, the newest is dropped and counted: everything that must
  // not be lost is repeated by its sender until a receipt comes.
  std::size_t inbox_messages = 10'000;
  std::size_t inbox_bytes = std::size_t{32} << 20U;
};

/// What the link to the broker just became.
struct MqttState {
  bool up = false;
  std::string why;                        ///< down: the library's and the broker's own words
  std::chrono::milliseconds retry_in{0};  ///< down: when the next attempt begins
};

struct MqttCounters {
  std::uint64_t connections = 0;  ///< reached `up`
  std::uint64_t failed_attempts = 0;
  std::uint64_t takeovers = 0;        ///< links that the broker gave to another client with this identity
  std::uint64_t published = 0;        ///< acknowledged by the broker
  std::uint64_t publish_refused = 0;  ///< the broker said no (reason ≥ 128)
  std::uint64_t publish_unknown = 0;  ///< link lost before the answer: send again
  std::uint64_t received = 0;
  std::uint64_t inbox_dropped = 0;
};

/// MQTT 5 over Paho, tamed: one library handle for each connection attempt, no persistence, no buffering, no automatic
/// reconnect, a window that the library never has to wait in. All members are called on the loop and all handlers run
/// there. The library's threads only post.
class MqttClient {
 public:
  MqttClient(const boost::asio::any_io_executor& loop, MqttOptions options);
  /// Returns within two seconds whatever the library does; a handle that does not come back is left behind.
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// Set before `start`. Messages are handed over only while the link is up, so that a handler can answer at once.
  void on_message(std::function<void(MqttMessage)> handler);
  void on_state(std::function<void(const MqttState&)> handler);
  /// Begins to connect, and tries for ever with back-off.
  void start();
  /// Publishes `parting` (if up), says goodbye to the broker and ends; takes at most `limit`. No will is sent.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds limit, std::optional<MqttMessage> parting = {});

  /// QoS 1. Waits for a place in the window, in the order of the calls. Success: the broker has acknowledged it, which
  /// is no receipt. Errc::unreachable: not connected, or lost on the way (send again); not_permitted: refused by the
  /// broker's access list; malformed: too large for it or refused as such;
  /// device_busy: its quota, or another reason of its own. After `unreachable` the link is on its way down.
  boost::asio::awaitable<Result<void>> publish(MqttMessage message);
  boost::asio::awaitable<Result<void>> subscribe(std::string filter);

  [[nodiscard]] bool up() const;
  /// Places in the window now: min(the broker's Receive Maximum, options.window).
  [[nodiscard]] std::size_t window() const;
  /// The library did not give a handle back for longer than the connect limit: only a new process helps.
  [[nodiscard]] bool stuck() const;
  [[nodiscard]] MqttCounters counters() const;

 private:
  class Core;
  std::shared_ptr<Core>
      core_;  ///< shared with its own coroutine, which may outlive this object by one turn of the loop
};

}  // namespace inspect::bridge
