#include "cloud-bridge/mqtt/mqtt_client.hpp"

#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

using namespace inspect;
using namespace inspect::bridge;
using namespace inspect::tests;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

MqttOptions quick(std::uint16_t port, const std::string& id) {
  MqttOptions options;
  options.port = port;
  options.client_id = id;
  options.backoff_least = 20ms;
  options.backoff_most = 100ms;
  options.connect_limit = 5s;
  return options;
}

/// A client with what it told.
struct Peer {
  Peer(asio::io_context& loop, MqttOptions options) : client(loop.get_executor(), std::move(options)) {
    client.on_message([this](MqttMessage message) { got.push_back(std::move(message)); });
    client.on_state([this](const MqttState& state) { states.push_back(state); });
    client.start();
  }
  MqttClient client;
  std::vector<MqttMessage> got;
  std::vector<MqttState> states;
};

/// Accepts every client and tells it at once that another one took its session over.
class TakeoverBroker {
 public:
  explicit TakeoverBroker(asio::io_context& loop)
      : acceptor_(loop, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    asio::co_spawn(loop, serve(), asio::detached);
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::awaitable<void> serve() {
    while (true) {
      auto client = co_await acceptor_.async_accept(asio::use_awaitable);
      std::array<char, 1000> packet{};
      co_await client.async_read_some(asio::buffer(packet), asio::use_awaitable);
      // CONNACK: no session, success, no properties. DISCONNECT: reason 0x8E, no properties.
      static constexpr std::array<unsigned char, 9> answer{0x20, 3, 0, 0, 0, 0xE0, 2, 0x8E, 0};
      co_await asio::async_write(client, asio::buffer(answer), asio::use_awaitable);
      boost::system::error_code closed;
      co_await client.async_read_some(asio::buffer(packet), asio::redirect_error(asio::use_awaitable, closed));
    }
  }

  asio::ip::tcp::acceptor acceptor_;
};

/// Publishes `count` numbered messages, each again until the broker has taken it.
asio::awaitable<void> publish_surely(MqttClient& client, std::string text, int& taken) {
  while (true) {
    const auto sent = co_await client.publish({"t/a", text, false});
    if (sent) break;
    asio::steady_timer pause(co_await asio::this_coro::executor, 10ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
  ++taken;
}

}  // namespace

TEST_CASE("what one publishes the other receives, byte for byte") {
  PrivateBroker broker;
  broker.start();
  asio::io_context loop;
  auto reading = quick(broker.port(), "reader");
  reading.subscriptions = {"t/#"};
  Peer reader(loop, reading);
  Peer writer(loop, quick(broker.port(), "writer"));
  REQUIRE(run_until(loop, [&] { return reader.client.up() && writer.client.up(); }));
  CHECK(writer.client.window() == 20);  // mosquitto's default Receive Maximum

  std::optional<Result<void>> sent;
  const std::string payload("\0\x01\xFF text", 8);
  asio::co_spawn(loop, writer.client.publish({"t/x", payload, false}),
                 [&](std::exception_ptr, Result<void> result) { sent = result; });
  REQUIRE(run_until(loop, [&] { return sent && !reader.got.empty(); }));
  CHECK(sent->has_value());
  CHECK(reader.got[0].topic == "t/x");
  CHECK(reader.got[0].payload == payload);
}

TEST_CASE("a broker that takes five in flight is never sent a sixth, and all arrive in order") {
  PrivateBroker broker("allow_anonymous true\nmax_inflight_messages 5\nmax_queued_messages 10000\n");
  broker.start();
  asio::io_context loop;
  auto reading = quick(broker.port(), "reader");
  reading.subscriptions = {"t/#"};
  Peer reader(loop, reading);
  Peer writer(loop, quick(broker.port(), "writer"));
  REQUIRE(run_until(loop, [&] { return reader.client.up() && writer.client.up(); }));
  CHECK(writer.client.window() == 5);

  constexpr int count = 1000;
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(loop, publish_surely(writer.client, std::to_string(i), taken), asio::detached);
  }
  // A broker that is sent more than its Receive Maximum must close the connection (MQTT 5, 3.3.4).
  REQUIRE(run_until(loop, [&] { return taken == count && reader.got.size() == count; }));
  CHECK(writer.client.counters().connections == 1);
  for (int i = 0; i < count; ++i) CHECK(reader.got[static_cast<std::size_t>(i)].payload == std::to_string(i));
}

TEST_CASE("a publish that the access list refuses is no success") {
  PrivateBroker broker;
  const auto acl = broker.dir() / "acl";
  write_file(acl, "topic read t/#\ntopic write t/allowed\n");
  broker.replace_settings("allow_anonymous true\nacl_file " + acl + '\n');
  broker.start();
  asio::io_context loop;
  Peer writer(loop, quick(broker.port(), "writer"));
  REQUIRE(run_until(loop, [&] { return writer.client.up(); }));
  std::map<std::string, Result<void>> sent;
  for (const std::string topic : {"t/allowed", "t/forbidden"}) {
    asio::co_spawn(loop, writer.client.publish({topic, "x", false}),
                   [&sent, topic](std::exception_ptr, Result<void> result) { sent.emplace(topic, result); });
  }
  REQUIRE(run_until(loop, [&] { return sent.size() == 2; }));
  CHECK(sent.at("t/allowed").has_value());
  REQUIRE(sent.at("t/forbidden").has_error());
  CHECK(sent.at("t/forbidden").error().code == Errc::not_permitted);
  CHECK(sent.at("t/forbidden").error().message.find("135") != std::string::npos);
  CHECK(writer.client.counters().publish_refused == 1);
  CHECK(writer.client.up());
}

TEST_CASE("the client connects when the broker comes late and again after it was killed") {
  PrivateBroker broker;
  asio::io_context loop;
  Peer peer(loop, quick(broker.port(), "gw"));
  REQUIRE(run_until(loop, [&] { return peer.states.size() >= 2; }));
  CHECK_FALSE(peer.states[0].up);
  CHECK(peer.states[0].retry_in >= 20ms);
  CHECK(peer.states[0].retry_in <= 100ms);
  broker.start();
  REQUIRE(run_until(loop, [&] { return peer.client.up(); }));
  broker.end(SIGKILL);
  REQUIRE(run_until(loop, [&] { return !peer.client.up(); }));
  broker.start();
  REQUIRE(run_until(loop, [&] { return peer.client.up(); }));
  CHECK(peer.client.counters().connections == 2);
}

TEST_CASE("messages of a stream are all taken although the broker is killed in the middle") {
  PrivateBroker broker("allow_anonymous true\nmax_queued_messages 10000\n");
  broker.start();
  asio::io_context loop;
  Peer writer(loop, quick(broker.port(), "writer"));
  REQUIRE(run_until(loop, [&] { return writer.client.up(); }));
  constexpr int count = 500;
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(loop, publish_surely(writer.client, std::to_string(i), taken), asio::detached);
  }
  REQUIRE(run_until(loop, [&] { return taken > 50; }));
  broker.end(SIGKILL);
  REQUIRE(run_until(loop, [&] { return !writer.client.up(); }));
  CHECK(taken < count);
  broker.start();
  REQUIRE(run_until(loop, [&] { return taken == count; }));
  CHECK(writer.client.counters().published == count);
}

TEST_CASE("without a connection a publish fails at once instead of being buffered") {
  asio::io_context loop;
  Peer peer(loop, quick(free_port(), "gw"));
  std::optional<Result<void>> sent;
  asio::co_spawn(loop, peer.client.publish({"t", "x", false}),
                 [&](std::exception_ptr, Result<void> result) { sent = result; });
  REQUIRE(run_until(loop, [&] { return sent.has_value(); }));
  REQUIRE(sent->has_error());
  CHECK(sent->error().code == Errc::unreachable);
}

TEST_CASE("the will is sent when the client vanishes and not when it says goodbye") {
  PrivateBroker broker;
  broker.start();
  asio::io_context loop;
  auto reading = quick(broker.port(), "reader");
  reading.subscriptions = {"state/#"};
  Peer reader(loop, reading);
  auto options = quick(broker.port(), "gw");
  options.will = MqttMessage{"state/gw", "gone", true};
  auto polite = std::make_unique<Peer>(loop, options);
  REQUIRE(run_until(loop, [&] { return reader.client.up() && polite->client.up(); }));
  bool stopped = false;
  asio::co_spawn(loop, polite->client.stop(3s, MqttMessage{"state/gw", "left", true}),
                 [&](std::exception_ptr) { stopped = true; });
  REQUIRE(run_until(loop, [&] { return stopped && !reader.got.empty(); }));
  polite.reset();

  auto rude_options = options;
  rude_options.client_id = "gw2";
  Peer rude(loop, rude_options);
  REQUIRE(run_until(loop, [&] { return rude.client.up(); }));
  auto thief_options = quick(broker.port(), "gw2");  // takes the session over: the broker cuts the first one
  Peer thief(loop, thief_options);
  REQUIRE(run_until(loop, [&] { return reader.got.size() >= 2; }));
  CHECK(reader.got[0].payload == "left");
  CHECK(reader.got[1].payload == "gone");
}

TEST_CASE("what arrives for a session while its client is away is handed over when it returns") {
  PrivateBroker broker;
  broker.start();
  asio::io_context loop;
  auto options = quick(broker.port(), "centre");
  options.clean_start = false;
  options.session_expiry = 3600s;
  options.subscriptions = {"t/#"};
  {
    Peer away(loop, options);
    REQUIRE(run_until(loop, [&] { return away.client.up(); }));
  }
  Peer writer(loop, quick(broker.port(), "writer"));
  REQUIRE(run_until(loop, [&] { return writer.client.up(); }));
  int taken = 0;
  asio::co_spawn(loop, publish_surely(writer.client, "kept", taken), asio::detached);
  REQUIRE(run_until(loop, [&] { return taken == 1; }));
  Peer back(loop, options);
  REQUIRE(run_until(loop, [&] { return !back.got.empty(); }));
  CHECK(back.got[0].payload == "kept");
}

TEST_CASE("a broker that hangs while connecting is given up after the limit, and so is one that hangs later") {
  PrivateBroker broker;
  broker.start();
  broker.stop_clock(true);
  asio::io_context loop;
  auto options = quick(broker.port(), "gw");
  options.connect_limit = 300ms;
  Peer peer(loop, options);
  REQUIRE(run_until(loop, [&] { return peer.client.counters().failed_attempts >= 1; }));
  broker.stop_clock(false);
  REQUIRE(run_until(loop, [&] { return peer.client.up(); }));

  broker.stop_clock(true);
  std::optional<Result<void>> sent;
  asio::co_spawn(loop, peer.client.publish({"t", "x", false}),
                 [&](std::exception_ptr, Result<void> result) { sent = result; });
  REQUIRE(run_until(loop, [&] { return sent.has_value(); }));
  CHECK(sent->has_error());
  broker.stop_clock(false);
  REQUIRE(run_until(loop, [&] { return peer.client.up(); }));
}

TEST_CASE("ending a client with a full window on a hanging broker takes no more than its bound") {
  PrivateBroker broker;
  broker.start();
  asio::io_context loop;
  auto peer = std::make_unique<Peer>(loop, quick(broker.port(), "gw"));
  REQUIRE(run_until(loop, [&] { return peer->client.up(); }));
  broker.stop_clock(true);
  int finished = 0;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(loop, peer->client.publish({"t", std::string(1000, 'x'), false}),
                   [&](std::exception_ptr, Result<void>) { ++finished; });
  }
  loop.poll();
  const auto began = std::chrono::steady_clock::now();
  peer.reset();
  REQUIRE(run_until(loop, [&] { return finished == 100; }));
  CHECK(std::chrono::steady_clock::now() - began < 4s);
}

TEST_CASE("who is thrown out as soon as it is connected comes back slowly and says why, though this broker does not") {
  PrivateBroker broker;
  broker.start();
  asio::io_context loop;
  auto options = quick(broker.port(), "twin");
  options.takeover_wait = 10min;
  Peer peer(loop, options);
  std::uint64_t thefts = 0;
  asio::ip::tcp::socket thief(loop);
  const auto steal = [&] {
    if (!peer.client.up() || thefts == peer.client.counters().connections) return;
    thefts = peer.client.counters().connections;
    thief = asio::ip::tcp::socket(loop);
    thief.connect({asio::ip::address_v4::loopback(), broker.port()});
    // CONNECT, MQTT 5, clean start, keep alive 60 s, no properties, client identifier "twin".
    const std::string connect("\x10\x11\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x04twin", 19);
    asio::write(thief, asio::buffer(connect));
  };
  REQUIRE(run_until(loop, [&] {
    steal();
    return !peer.states.empty() && peer.states.back().retry_in >= 10min;
  }));
  CHECK(thefts == 6);
  CHECK(peer.client.counters().takeovers == 0);
  CHECK(peer.states.back().why.find("has a second gateway the same id?") != std::string::npos);
}

TEST_CASE("a broker that says that another client took over is believed at the third time") {
  // What MQTT 5 brokers other than ours send: DISCONNECT with reason 142, on a link that was just accepted.
  asio::io_context loop;
  TakeoverBroker broker(loop);
  auto options = quick(broker.port(), "twin");
  options.takeover_wait = 10min;
  Peer peer(loop, options);
  REQUIRE(run_until(loop, [&] { return !peer.states.empty() && peer.states.back().retry_in >= 10min; }));
  CHECK(peer.client.counters().takeovers == 3);
  CHECK(peer.states.back().why.find("session taken over (142)") == 0);
}
