#include "cloud-bridge/uplink/uplink.hpp"

#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/uplink/fake_agent.hpp"
#include "tests/cloud-bridge/uplink/fake_centre.hpp"

#include <doctest/doctest.h>
#include <signal.h>

using namespace inspect;
using namespace inspect::bridge;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto findings_epoch = "00000000000000f1";
constexpr auto readings_epoch = "00000000000000e2";

/// Agent, broker and centre around one bridge, all on one loop.
struct Scene {
  explicit Scene(const std::string& broker_settings = "allow_anonymous true\nmax_queued_messages 100000\n")
      : broker(broker_settings), agent(loop, broker.dir() / "agent.sock") {
    config.agent_socket = broker.dir() / "agent.sock";
    config.broker.host = "127.0.0.1";
    config.broker.port = broker.port();
    config.broker.plain = true;
    config.broker.retry_least = 20ms;
    config.broker.retry_most = 100ms;
    config.resend_after = 300ms;
  }

  void start_bridge() {
    uplink = std::make_unique<Uplink>(loop.get_executor(), config, "0.1.0");
    uplink->start();
  }
  void start_centre() {
    MqttOptions options;
    options.port = broker.port();
    options.client_id = "centre";
    options.clean_start = false;
    options.session_expiry = 3600s;
    options.backoff_least = 20ms;
    options.backoff_most = 100ms;
    centre = std::make_unique<FakeCentre>(loop, options);
  }
  void add(control::Stream stream, std::uint64_t from, std::uint64_t to, std::size_t padding = 100) {
    const std::string epoch = stream == control::Stream::findings ? findings_epoch : readings_epoch;
    for (auto seq = from; seq <= to; ++seq) {
      agent.add(stream, seq, epoch + '-' + std::to_string(seq) + ' ' + std::string(padding, 'x'));
    }
  }
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 30s) {
    return run_until(loop, condition, limit);
  }

  asio::io_context loop;
  PrivateBroker broker;
  FakeAgent agent;
  BridgeConfig config;
  std::unique_ptr<FakeCentre> centre;
  std::unique_ptr<Uplink> uplink;
};

}  // namespace

TEST_CASE("rows reach the centre in order, findings first, and leave the outbox by its receipt") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.add(control::Stream::readings, 1, 20);
  scene.add(control::Stream::findings, 1, 200);
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  CHECK(scene.centre->got.size() == 220);
  for (std::size_t i = 0; i < 220; ++i) CHECK(scene.centre->order[i] == (i < 200 ? "f" : "r"));
  REQUIRE(scene.until([&] { return scene.uplink->counters().receipted == 220; }));
  CHECK(scene.agent.receipts_twice == 0);
}

TEST_CASE("a broker's acknowledgement is no receipt: without the centre the row stays and is sent again") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  scene.centre->gives_receipts = false;
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.add(control::Stream::findings, 1, 3);
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.uplink->counters().overdue >= 3; }));
  CHECK(scene.agent.waiting() == 3);
  CHECK(scene.uplink->counters().shipped >= 3);
  // The first row is the trial that goes out again and again.
  REQUIRE(scene.until([&] { return scene.centre->got[{findings_epoch, 1}] >= 2; }));
  scene.centre->gives_receipts = true;
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
}

TEST_CASE("a new finding overtakes the readings that wait") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.add(control::Stream::readings, 1, 500, 20'000);
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->order.size() > 20; }));
  const auto before = scene.centre->order.size();
  scene.add(control::Stream::findings, 1, 1);
  REQUIRE(scene.until([&] { return scene.centre->got.count({findings_epoch, 1}) == 1; }));
  CHECK(scene.centre->order.size() < before + 50);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
}

TEST_CASE("the broker is killed in the middle of a stream and everything is receipted once") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.add(control::Stream::findings, 1, 1000);
  for (int kill = 0; kill < 3; ++kill) {
    const auto so_far = scene.uplink->counters().receipted;
    REQUIRE(scene.until([&] { return scene.uplink->counters().receipted > so_far + 100; }));
    scene.broker.end(SIGKILL);
    REQUIRE(scene.until([&] { return !scene.centre->up(); }));
    scene.broker.start();
  }
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }, 60s));
  CHECK(scene.centre->got.size() == 1000);
  REQUIRE(scene.until([&] { return scene.uplink->counters().receipted == 1000; }));
}

TEST_CASE("the bridge outlives an agent that is absent, hangs up, refuses or talks nonsense") {
  Scene scene;
  scene.broker.start();
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.uplink->status().find("agent out of reach") != std::string::npos; }));
  scene.agent.open();
  scene.add(control::Stream::findings, 1, 1);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));

  scene.agent.hang_up();
  scene.add(control::Stream::findings, 2, 2);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));

  for (bool FakeAgent::*mischief : {&FakeAgent::refuse_all, &FakeAgent::talk_nonsense}) {
    scene.agent.*mischief = true;
    scene.add(control::Stream::findings, 3, 3);
    REQUIRE(scene.until([&] { return scene.uplink->status().find("agent out of reach") != std::string::npos; }));
    scene.agent.*mischief = false;
    REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  }

  scene.agent.close();
  scene.agent.open();
  scene.add(control::Stream::findings, 5, 5);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  CHECK(scene.uplink->healthy());
}

TEST_CASE("a publish that the access list refuses is not counted as delivered, and is tried again") {
  Scene scene;
  const auto acl = scene.broker.dir() / "acl";
  write_file(acl,
             "topic readwrite site/+/up/state\ntopic readwrite site/+/down/receipt\ntopic read site/+/up/finding\n");
  scene.broker.replace_settings("allow_anonymous true\nacl_file " + acl + '\n');
  scene.broker.start();
  scene.agent.open();
  scene.start_bridge();
  scene.add(control::Stream::findings, 1, 2);
  REQUIRE(scene.until([&] { return scene.uplink->counters().refused >= 3; }));
  CHECK(scene.uplink->counters().shipped == 0);
  CHECK(scene.agent.waiting() == 2);
  // It does not hammer a broker that says no.
  CHECK(scene.agent.claims < 100);
}

TEST_CASE("a broker with a small window is respected while a backlog drains") {
  Scene scene("allow_anonymous true\nmax_inflight_messages 5\nmax_queued_messages 100000\n");
  scene.broker.start();
  scene.agent.open();
  scene.add(control::Stream::findings, 1, 500);
  scene.start_centre();
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  CHECK(scene.centre->client().counters().connections == 1);
}

TEST_CASE("the centre sees a gateway come, leave on purpose, and vanish") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  const auto online = [&](std::size_t at) { return messages::decode_state(scene.centre->states.at(at))->online; };
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->states.size() == 1; }));
  CHECK(online(0));
  bool stopped = false;
  asio::co_spawn(scene.loop, scene.uplink->stop(), [&](const std::exception_ptr&) { stopped = true; });
  REQUIRE(scene.until([&] { return stopped && scene.centre->states.size() == 2; }));
  CHECK_FALSE(online(1));
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->states.size() == 3; }));
  CHECK(online(2));
}

TEST_CASE("the centre hears that the agent hangs although it still takes questions, and that it moves again") {
  Scene scene;
  scene.config.pace = {50ms, 100ms, 300ms, 30s};
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.start_bridge();
  const auto last = [&] { return messages::decode_state(scene.centre->states.back()).value(); };
  const auto says = [&](bool watching) {
    return scene.until([&] { return !scene.centre->states.empty() && last().watching == watching; });
  };
  REQUIRE(says(true));
  CHECK(last().online);
  REQUIRE(last().agent_heard_at.has_value());

  scene.agent.silent = true;  // as after SIGSTOP: the socket accepts, nobody answers
  REQUIRE(says(false));
  CHECK(last().online);  // the gateway is there, its watchman is not
  CHECK(*last().agent_heard_at < last().time - 250ms);
  CHECK(scene.uplink->status().find("nobody watches the site") != std::string::npos);

  scene.agent.silent = false;
  REQUIRE(says(true));
  CHECK(*last().agent_heard_at > last().time - 250ms);

  scene.agent.stuck_thread = true;
  REQUIRE(says(false));
  scene.agent.stuck_thread = false;
  REQUIRE(says(true));
  scene.agent.close();
  REQUIRE(says(false));
}

TEST_CASE("the state is told again though nothing changed, so that an old one means that nobody is there") {
  Scene scene;
  scene.config.pace = {50ms, 100ms, 10s, 200ms};
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->states.size() >= 5; }));
  const auto state = [&](std::size_t at) { return messages::decode_state(scene.centre->states.at(at)).value(); };
  // The first may have been told before the agent answered.
  for (std::size_t at = 2; at < 5; ++at) {
    CHECK(state(at).watching == true);
    CHECK(state(at).time - state(at - 1).time >= 150ms);
  }
}

TEST_CASE("garbage and strangers' receipts on the receipt topic are counted and change nothing") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  scene.centre->gives_receipts = false;
  scene.add(control::Stream::findings, 1, 1);
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->got.size() == 1; }));
  const std::vector<std::string> garbage{"", "{", R"({"gateway":"gw-02","epoch":"00000000000000f1","seqs":[1]})",
                                         R"({"gateway":"gw-01","epoch":"00000000000000f1","seqs":[-1]})",
                                         std::string(100'000, '[')};
  for (const auto& payload : garbage) {
    MqttMessage message("site/gw-01/down/receipt", payload);
    asio::co_spawn(scene.loop, scene.centre->client().publish(std::move(message)), asio::detached);
  }
  CHECK(scene.until([&] { return scene.uplink->counters().bad_receipts == garbage.size(); }, 5s));
  CHECK(scene.uplink->counters().bad_receipts == garbage.size());
  CHECK(scene.agent.waiting() == 1);
  CHECK(scene.uplink->counters().receipted == 0);
}

TEST_CASE("what the ticket service lost is sent again, and an older agent that cannot is told of once") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.add(control::Stream::findings, 1, 3);
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  const messages::Holdings holdings{"gw-01", {{findings_epoch, {{1, 1}, {3, 3}}}}};
  const auto tell = [&] {
    MqttMessage message("site/gw-01/down/holdings", messages::encode(holdings));
    asio::co_spawn(scene.loop, scene.centre->client().publish(std::move(message)), asio::detached);
  };
  scene.agent.lose_again = [&] {
    scene.add(control::Stream::findings, 2, 2);
    return std::size_t{1};
  };
  tell();
  REQUIRE(scene.until([&] { return scene.centre->got[{findings_epoch, 2}] == 2 && scene.agent.waiting() == 0; }));
  CHECK(scene.agent.holdings.at(0) == holdings.epochs);
  CHECK(scene.uplink->counters().lost == 1);

  scene.agent.older = true;
  const auto asked = scene.agent.asked;
  for (int i = 0; i < 3; ++i) tell();
  REQUIRE(scene.until([&] { return scene.agent.asked >= asked + 3; }));
  // The refusal keeps nothing from travelling.
  scene.add(control::Stream::findings, 4, 4);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  CHECK(scene.agent.holdings.size() == 1);
  CHECK(scene.uplink->counters().lost == 1);
}

TEST_CASE("a receipt for what was never sent, as a copied card's twin gets it, frees nothing") {
  Scene scene;
  scene.broker.start();
  scene.agent.open();
  scene.start_centre();
  scene.centre->gives_receipts = false;
  REQUIRE(scene.until([&] { return scene.centre->up(); }));
  scene.add(control::Stream::findings, 1, 1);
  scene.start_bridge();
  REQUIRE(scene.until([&] { return scene.centre->got.size() == 1; }));
  MqttMessage message("site/gw-01/down/receipt",
                      messages::encode(messages::Receipt{"gw-01", findings_epoch, {1, 2, 3}}));
  asio::co_spawn(scene.loop, scene.centre->client().publish(std::move(message)), asio::detached);
  REQUIRE(scene.until([&] { return scene.uplink->counters().receipted == 1; }));
  CHECK(scene.agent.receipts_twice == 0);
  scene.centre->gives_receipts = true;
  scene.add(control::Stream::findings, 2, 3);
  REQUIRE(scene.until([&] { return scene.agent.waiting() == 0; }));
  CHECK(scene.centre->got.size() == 3);
}
