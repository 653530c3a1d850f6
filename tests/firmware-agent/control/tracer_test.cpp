// The tracer behind a served socket: who taps a bus, for how long, and what comes out.
#include "firmware-agent/control/tracer.hpp"

#include "tests/firmware-agent/control/ask.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::control;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

drivers::Tap* tap_on(RunningServer& server, std::uint32_t bus) {
  drivers::Tap* tap = nullptr;
  server.on_loop([&](FakeAgent& agent) { tap = agent.taps[BusIndex{bus}]; });
  return tap;
}

void pass(RunningServer& server, const std::vector<std::uint8_t>& bytes) {
  server.on_loop([&](FakeAgent& agent) {
    if (auto* tap = agent.taps[BusIndex{0}]) tap->received(bytes, BootTime{7s});
  });
}

std::vector<TraceRecord> next_records(RawClient& client) {
  const auto line = client.line();
  REQUIRE(line);
  const auto event = decode_event(*line);
  REQUIRE(event.has_value());
  return std::get<TraceEvent>(event->news).records;
}

}  // namespace

TEST_CASE("a bus is tapped while somebody traces it, and no longer") {
  RunningServer server;
  std::string bus;
  server.on_loop([&](FakeAgent& agent) { bus = agent.place.buses[0].name; });
  CHECK(tap_on(server, 0) == nullptr);
  {
    RawClient client(server.path());
    const auto head = ask<TraceHead>(client, AskTrace{bus});
    CHECK(head.bus == bus);
    CHECK(head.format == "inspect-bus-trace");
    CHECK(head.us == 1'000'000'000);  // the fake agent was booted 1000 s ago
    CHECK_FALSE(head.devices.empty());
    CHECK(server.becomes([](FakeAgent& agent, const SocketState&) { return agent.taps[BusIndex{0}] != nullptr; }));
    CHECK(tap_on(server, 1) == nullptr);
    pass(server, {0x01, 0x03});
    const auto records = next_records(client);
    REQUIRE(records.size() == 1);
    CHECK(records[0] == TraceRecord{7'000'000, Passage::in, "01 03"});
  }
  CHECK(server.becomes([](FakeAgent& agent, const SocketState&) { return agent.taps[BusIndex{0}] == nullptr; }));
}

TEST_CASE("two who trace one bus both see it, and it stays tapped until the last has gone") {
  RunningServer server;
  std::string bus;
  server.on_loop([&](FakeAgent& agent) { bus = agent.place.buses[0].name; });
  RawClient first(server.path());
  ask<TraceHead>(first, AskTrace{bus});
  {
    RawClient second(server.path());
    ask<TraceHead>(second, AskTrace{bus});
    pass(server, {0xAA});
    CHECK(next_records(first).size() == 1);
    CHECK(next_records(second).size() == 1);
  }
  CHECK(server.becomes([](FakeAgent&, const SocketState& state) { return state.connections == 1; }));
  pass(server, {0xBB});
  CHECK(next_records(first)[0].hex == "BB");
}

TEST_CASE("a server that closes takes its taps away") {
  auto server = std::make_unique<RunningServer>();
  std::string bus;
  server->on_loop([&](FakeAgent& agent) { bus = agent.place.buses[0].name; });
  RawClient client(server->path());
  ask<TraceHead>(client, AskTrace{bus});
  CHECK(server->becomes([](FakeAgent& agent, const SocketState&) { return agent.taps[BusIndex{0}] != nullptr; }));
  server.reset();  // a tap that stayed would be a dangling pointer on the next byte
  CHECK(client.ends());
}

TEST_CASE("a bus that is not there cannot be traced or searched") {
  RunningServer server;
  RawClient client(server.path());
  CHECK(ask_in_vain(client, AskTrace{"rs485-9"}).code == Refusal::not_found);
  CHECK(ask_in_vain(client, AskProbe{"rs485-9", 1, 3, 0, 1}).code == Refusal::not_found);
}

TEST_CASE("a search is refused where it is forbidden, and asks exactly what it was told to elsewhere") {
  RunningServer server;
  std::string bus;
  server.on_loop([&](FakeAgent& agent) {
    bus = agent.place.buses[0].name;
    agent.forbidden = Text{"正在考试", "an exam is on"};
  });
  RawClient client(server.path());
  const auto no = ask_in_vain(client, AskProbe{bus, 7, 3, 0, 1});
  CHECK(no.code == Refusal::not_permitted);
  CHECK(no.message.en == "an exam is on");
  server.on_loop([&](FakeAgent& agent) {
    CHECK(agent.probes.empty());
    agent.forbidden.reset();
  });
  CHECK_FALSE(ask<ProbeRow>(client, AskProbe{bus, 7, 3, 5, 2}).answered);
  server.on_loop([&](FakeAgent& agent) {
    CHECK(agent.probes == std::vector{modbus::Request{7, 3, 5, 2, {}}});
    agent.probed = {{1, 2}, {}};
  });
  const auto row = ask<ProbeRow>(client, AskProbe{bus, 7, 3, 5, 2});
  CHECK(row.answered);
  CHECK(row.values == std::vector<std::uint16_t>{1, 2});
  CHECK(row.took == 31ms);
  server.on_loop([&](FakeAgent& agent) { agent.probed = {{}, std::uint8_t{2}}; });
  CHECK(ask<ProbeRow>(client, AskProbe{bus, 7, 3, 5, 2}).exception == 2);
}

TEST_CASE("why a search had to end is told with what to do") {
  RunningServer server;
  std::string bus;
  server.on_loop([&](FakeAgent& agent) {
    bus = agent.place.buses[0].name;
    agent.bus_failure = fail(Errc::foreign_frame, "heard");
  });
  RawClient client(server.path());
  auto trouble = ask_in_vain(client, AskProbe{bus, 7, 3, 5, 2});
  CHECK(trouble.code == Refusal::not_permitted);
  CHECK(trouble.message.en.find("another master") == 0);
  CHECK_FALSE(trouble.cure.zh.empty());
  server.on_loop([&](FakeAgent& agent) { agent.bus_failure = fail(Errc::corrupt_frame, "noise"); });
  trouble = ask_in_vain(client, AskProbe{bus, 7, 3, 5, 2});
  CHECK(trouble.code == Refusal::device);
  CHECK(trouble.cure.en.find("bus watch") != std::string::npos);
}
