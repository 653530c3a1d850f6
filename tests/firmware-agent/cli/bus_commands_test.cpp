// The bus's verbs as a process: a trace that is saved and decoded offline, a live view, a search and its refusals.
#include "firmware-agent/cli/bus_commands.hpp"

#include "protocol/control/trace.hpp"
#include "protocol/modbus/frame.hpp"
#include "tests/firmware-agent/cli/child.hpp"
#include "tests/firmware-agent/cli/traces.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

struct BusWorld {
  BusWorld() {
    server.on_loop([&](FakeAgent& agent) { bus = agent.place.buses[0].name; });
  }
  [[nodiscard]] Call call(Words words) const {
    words.insert(words.end(), {"--socket", server.path()});
    return {std::move(words), {}};
  }
  bool traced() {
    return server.becomes(
        [](FakeAgent& agent, const control::SocketState&) { return agent.taps[BusIndex{0}] != nullptr; });
  }
  void pass() {
    server.on_loop([](FakeAgent& agent) {
      auto* tap = agent.taps[BusIndex{0}];
      REQUIRE(tap != nullptr);
      const modbus::Bytes question{0x01, 0x03, 0x00, 0x01, 0x00, 0x01, 0xD5, 0xCA};
      const modbus::Bytes answer{0x01, 0x03, 0x02, 0x00, 0x01, 0x79, 0x84};
      tap->sent(question, agent.time.boot + 10ms);
      tap->received(answer, agent.time.boot + 40ms);
      tap->ended(agent.time.boot + 40ms);
    });
  }
  RunningServer server;
  TemporaryDirectory directory;
  std::string bus;
};

}  // namespace

TEST_CASE("a live trace shows what passes and saves it; the file is decoded the same without an agent") {
  BusWorld world;
  const auto file = world.directory.path() + "/trace.jsonl";
  Child child(world.call({"bus", "trace", world.bus, "--save", file}), Child::Output::pipe);
  REQUIRE(world.traced());
  world.pass();
  CHECK(child.shows("read holding registers 0x0001 ×1"));
  CHECK(child.shows("0001  "));
  child.interrupt();
  const auto live = child.end();
  CHECK(live.code == 0);
  const auto offline = run_inspectctl({{"bus", "trace", "--read", file}, {}});
  CHECK(offline.code == 0);
  CHECK(offline.out == live.out);
  const auto json = run_inspectctl({{"bus", "trace", "--read", file, "--json"}, {}});
  CHECK(lines_of(json.out).size() == 2);
}

TEST_CASE("a trace ends by itself after its time") {
  BusWorld world;
  const auto ended = run_inspectctl(world.call({"bus", "trace", world.bus, "--for", "1s"}));
  CHECK(ended.code == 0);
  CHECK(run_inspectctl(world.call({"bus", "trace", world.bus, "--for", "soon"})).code == 2);
}

TEST_CASE("what is no trace is not decoded, and the line that is wrong is named") {
  const TemporaryDirectory directory;
  const auto file = directory.path() + "/trace.jsonl";
  CHECK(run_inspectctl({{"bus", "trace", "--read", file}, {}}).code == 1);
  std::ofstream(file) << "not a trace\n";
  CHECK(run_inspectctl({{"bus", "trace", "--read", file}, {}}).code == 1);
  std::ofstream(file) << control::encode_line(trace_head()) << "\n\n{\"us\":1,\"dir\":\"in\",\"hex\":\"0\"}\n";
  const auto cut = run_inspectctl({{"bus", "trace", "--read", file}, {}});
  CHECK(cut.code == 1);
  CHECK(cut.err.find("trace.jsonl: 3: hex") != std::string::npos);
}

TEST_CASE("watching shows the load on a terminal, and JSON line by line") {
  BusWorld world;
  {
    Child child(world.call({"bus", "watch", world.bus}), Child::Output::terminal);
    REQUIRE(world.traced());
    world.pass();
    CHECK(child.shows("another master 0"));
    world.server.on_loop([](FakeAgent& agent) {
      agent.tell(HealthChange{DeviceIndex{0}, DeviceHealth::degraded, DeviceHealth::dormant, agent.time});
    });
    CHECK(child.shows("dormant"));
    child.interrupt();
    CHECK(child.end().code == 0);
  }
  Child child(world.call({"bus", "watch", world.bus, "--json"}), Child::Output::pipe);
  CHECK(child.shows(R"("bus":")" + world.bus));
  child.interrupt();
  CHECK(child.end().code == 0);
}

TEST_CASE("of several buses one must be named, and one that is not there is not found") {
  BusWorld world;
  const auto several = run_inspectctl(world.call({"bus", "watch"}));
  CHECK(several.code == 2);
  CHECK(several.err.find(world.bus) != std::string::npos);
  CHECK(run_inspectctl(world.call({"bus", "watch", "rs485-9"})).code == 6);
}

TEST_CASE("a search that is forbidden ends with 4 and says why") {
  BusWorld world;
  world.server.on_loop([](FakeAgent& agent) { agent.forbidden = Text{"正在考试", "an exam is on"}; });
  const auto ended = run_inspectctl(world.call({"bus", "scan", world.bus}));
  CHECK(ended.code == 4);
  CHECK(ended.err.find("an exam is on") != std::string::npos);
}

TEST_CASE("a search tells what it finds, asks nobody the site knows, and counts for programs") {
  BusWorld world;
  world.server.on_loop([](FakeAgent& agent) { agent.probed = {{}, std::uint8_t{2}}; });
  const auto ended =
      run_inspectctl(world.call({"bus", "scan", world.bus, "--units", "1-3", "--profiles", "drivers/profiles"}));
  CHECK(ended.code == 0);
  CHECK(ended.out.find("is like no profile; no such address") != std::string::npos);
  world.server.on_loop([&](FakeAgent& agent) {
    for (const auto& question : agent.probes) {
      CHECK(modbus::is_read(question.function));
      for (const auto& device : agent.place.devices) CHECK((at(device.bus) != 0 || device.unit != question.unit));
    }
    agent.probes.clear();
    agent.probed = {};
  });
  const auto json = run_inspectctl(world.call({"bus", "scan", world.bus, "--units", "200-201", "--json"}));
  CHECK(lines_of(json.out).back().find(R"("complete":true)") != std::string::npos);
  CHECK(run_inspectctl(world.call({"bus", "scan", world.bus, "--units", "0-9"})).code == 2);
}
