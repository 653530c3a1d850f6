#include "firmware-agent/control/session.hpp"

#include "tests/firmware-agent/control/ask.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

using namespace inspect;
using namespace inspect::control;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

Reading voltage(double value) {
  const auto now = fake_now();
  return {PointIndex{2}, value, Quality::good, Reason::none, now, now.boot + 3s};
}

agent::ServerSettings with(const std::function<void(agent::ServerSettings&)>& change) {
  agent::ServerSettings settings;
  change(settings);
  return settings;
}

}  // namespace

TEST_CASE("requests on one connection are answered in their order, however they are cut") {
  RunningServer server;
  RawClient client(server.path());
  const auto first = encode({7, AskBuses{}}) + '\n';
  const auto second = encode({8, AskStatus{}}) + "\r\n";
  const auto both = first + second;
  for (const char byte : both) REQUIRE(client.send({&byte, 1}));
  CHECK(decode_head(*client.line())->id == 7);
  CHECK(decode_head(*client.line())->id == 8);
}

TEST_CASE("garbage is answered, counted and survived") {
  RunningServer server;
  RawClient client(server.path());
  using namespace std::string_view_literals;
  REQUIRE(client.send("\xff\xfe\x00garbage\n{}\n[1]\n{\"id\":5,\"verb\":\"dance\"}\n"sv));
  for (int i = 0; i < 3; ++i) CHECK(refusal(client).code == Refusal::malformed);
  CHECK(refusal(client).code == Refusal::unknown_verb);
  CHECK(ask<std::vector<BusRow>>(client, AskBuses{}).size() == 2);
  CHECK(server.counters().malformed == 3);
}

TEST_CASE("a megabyte without an end of line is passed over, and the next request is served") {
  RunningServer server;
  RawClient client(server.path());
  const std::string chunk(4096, 'x');
  for (int i = 0; i < 256; ++i) REQUIRE(client.send(chunk));
  REQUIRE(client.send("\n"));
  const auto trouble = refusal(client);
  CHECK(trouble.code == Refusal::malformed);
  CHECK(trouble.message.en.find("64 KiB") != std::string::npos);
  CHECK(ask<std::vector<BusRow>>(client, AskBuses{}).size() == 2);
  CHECK(server.counters().overlong == 1);
}

TEST_CASE("a connection that sends only garbage is closed after sixteen lines") {
  RunningServer server;
  RawClient client(server.path());
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += "nonsense\n";
  client.send(lines);
  CHECK(client.ends());
  CHECK(server.counters().malformed == 16);
  RawClient other(server.path());
  CHECK(ask<std::vector<BusRow>>(other, AskBuses{}).size() == 2);
}

TEST_CASE("half a line and then nothing is closed when its time is over") {
  RunningServer server(with([](auto& s) { s.session.idle = 50ms; }));
  RawClient client(server.path());
  REQUIRE(client.send("{\"id\":1,"));
  CHECK(client.ends());
  CHECK(server.becomes([](FakeAgent&, const SocketState& c) { return c.timed_out == 1 && c.connections == 0; }));
}

TEST_CASE("a subscription may be silent for as long as it likes") {
  RunningServer server(with([](auto& s) { s.session.idle = 50ms; }));
  RawClient idle(server.path());
  RawClient watching(server.path());
  CHECK(ask<std::vector<PointRow>>(watching, AskWatch{}).size() == 4);
  // The one beside it was closed for its silence, so that the time has passed for both.
  CHECK(idle.ends());
  server.on_loop([](FakeAgent& agent) { agent.tell({voltage(1)}); });
  CHECK(event(watching).id == 1);
}

TEST_CASE("who leaves in the middle of a line leaves no trace") {
  RunningServer server;
  {
    RawClient client(server.path());
    REQUIRE(client.send("{\"id\":1,"));
  }
  CHECK(server.becomes([](FakeAgent&, const SocketState& c) { return c.accepted == 1 && c.connections == 0; }));
}

TEST_CASE("a request before the end of what is sent is still answered") {
  RunningServer server;
  RawClient client(server.path());
  REQUIRE(client.send(encode({3, AskBuses{}}) + '\n'));
  client.finish();
  CHECK(decode_head(*client.line())->id == 3);
  CHECK(client.ends());
}

TEST_CASE("a watch shows what is and then what changes, of its target only") {
  RunningServer server;
  RawClient client(server.path());
  const auto points = ask<std::vector<PointRow>>(client, AskWatch{"power-1/output.voltage"}, 42);
  REQUIRE(points.size() == 1);
  CHECK(points[0].reading.value == 11.98);
  server.on_loop([](FakeAgent& agent) {
    auto other = voltage(1);
    other.point = PointIndex{0};
    agent.tell({other});
    agent.tell({other, voltage(12.34)});
  });
  const auto news = event(client);
  CHECK(news.id == 42);
  CHECK(news.dropped == 0);
  const auto readings = std::get<ReadingsEvent>(news.news).readings;
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].point == "output.voltage");
  CHECK(readings[0].reading.value == 12.34);
}

TEST_CASE("a watch hears of findings of its device and its bus, whole") {
  RunningServer server;
  RawClient client(server.path());
  ask<std::vector<PointRow>>(client, AskWatch{"relay-1"});
  server.on_loop([](FakeAgent& agent) {
    auto other = welded_relay();
    other.id.device = "power-1";
    agent.tell(FindingChange{FindingEvent::opened, other});
    agent.tell(FindingChange{FindingEvent::returned, welded_relay()});
  });
  const auto change = std::get<FindingNews>(event(client).news).change;
  CHECK(change.event == FindingEvent::returned);
  CHECK(change.finding.id.device == "relay-1");
  CHECK(change.finding.analysis == welded_relay().analysis);
}

TEST_CASE("a change of health goes to who watches the device or the site, and who traces its bus") {
  RunningServer server;
  RawClient site(server.path());
  RawClient device(server.path());
  RawClient bus(server.path());
  RawClient other(server.path());
  ask<std::vector<PointRow>>(site, AskWatch{});
  ask<std::vector<PointRow>>(device, AskWatch{"relay-1"});
  ask<std::vector<PointRow>>(other, AskWatch{"power-1"});
  ask<TraceHead>(bus, AskTrace{"line-1"});
  server.on_loop([](FakeAgent& agent) {
    agent.tell(HealthChange{DeviceIndex{0}, DeviceHealth::degraded, DeviceHealth::dormant, agent.time});
  });
  for (auto* client : {&site, &device, &bus}) {
    const auto told = std::get<HealthEvent>(event(*client).news);
    CHECK(told.device == "relay-1");
    CHECK(told.before == DeviceHealth::degraded);
    CHECK(told.health == DeviceHealth::dormant);
    CHECK(told.at == fake_now().wall);
  }
  CHECK_FALSE(other.line(100ms));
}

TEST_CASE("a reader too slow loses events, is told how many, and delays nobody") {
  RunningServer server(with([](auto& s) { s.session.buffered = 8 * 1024; }));
  RawClient slow(server.path());
  const int small = 4096;
  setsockopt(slow.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  ask<std::vector<PointRow>>(slow, AskWatch{});
  constexpr std::uint64_t told = 20'000;
  server.on_loop([](FakeAgent& agent) {
    for (std::uint64_t i = 0; i < told; ++i) agent.tell({voltage(static_cast<double>(i))});
  });
  const auto dropped = server.counters().dropped_events;
  CHECK(dropped > 0);
  RawClient other(server.path());
  CHECK(ask<std::vector<BusRow>>(other, AskBuses{}).size() == 2);

  std::uint64_t received = 0;
  std::uint64_t said = 0;
  std::optional<double> last;
  while (received + dropped < told) {
    const auto news = event(slow);
    said += news.dropped;
    ++received;
    const auto value = *std::get<ReadingsEvent>(news.news).readings.front().reading.value;
    CHECK((!last || value > *last));
    last = value;
  }
  CHECK(said == 0);
  server.on_loop([](FakeAgent& agent) { agent.tell({voltage(-1)}); });
  CHECK(event(slow).dropped == dropped);
}

TEST_CASE("a bridge that waits is told once for many rows, and again for the next") {
  RunningServer server;
  RawClient bridge(server.path());
  REQUIRE(bridge.send(encode({9, AwaitRows{}}) + '\n'));
  CHECK(decode_head(*bridge.line())->kind == LineKind::answer);
  server.on_loop([](FakeAgent& agent) { agent.add_row({Stream::findings, "e", 1, "{}"}); });
  auto news = event(bridge);
  CHECK(news.id == 9);
  CHECK(std::holds_alternative<RowsAdded>(news.news));
  // On the same connection it goes on asking.
  CHECK(ask<std::vector<OutboxRow>>(bridge, ClaimRows{20, {}}, 10).size() == 1);
  server.on_loop([](FakeAgent& agent) {
    for (std::uint64_t i = 2; i < 1000; ++i) agent.add_row({Stream::findings, "e", i, "{}"});
  });
  int events = 0;
  while (bridge.line(200ms)) ++events;
  CHECK(events >= 1);
  CHECK(events <= 3);
}

TEST_CASE("a connection bears eight subscriptions and says so at the ninth") {
  RunningServer server;
  RawClient client(server.path());
  for (std::uint64_t id = 1; id <= 8; ++id) ask<std::vector<PointRow>>(client, AskWatch{}, id);
  CHECK(ask_in_vain(client, AwaitRows{}, 9).code == Refusal::too_many);
  CHECK(ask<std::vector<BusRow>>(client, AskBuses{}, 10).size() == 2);
}

TEST_CASE("a watch of what is not there is refused and subscribes to nothing") {
  RunningServer server;
  RawClient client(server.path());
  CHECK(ask_in_vain(client, AskWatch{"power-9"}).code == Refusal::not_found);
  server.on_loop([](FakeAgent& agent) { agent.tell({voltage(1)}); });
  CHECK(ask<std::vector<BusRow>>(client, AskBuses{}, 2).size() == 2);
}

TEST_CASE("a reader that takes nothing at all is given up") {
  RunningServer server(with([](auto& s) {
    s.session.write = 50ms;
    s.session.buffered = 1024;
  }));
  RawClient stuck(server.path());
  ask<std::vector<PointRow>>(stuck, AskWatch{});
  server.on_loop([](FakeAgent& agent) {
    for (int i = 0; i < 5000; ++i) agent.tell({voltage(i)});
  });
  // It is fed until its kernel buffer is full, and then not one byte more is taken.
  const auto feed = [](FakeAgent& agent, const SocketState& counters) {
    for (int i = 0; i < 100; ++i) agent.tell({voltage(i)});
    return counters.timed_out == 1 && counters.connections == 0;
  };
  CHECK(server.becomes(feed));
}
