#include "firmware-agent/control/server.hpp"

#include "tests/firmware-agent/control/ask.hpp"

#include <dirent.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <random>

using namespace inspect;
using namespace inspect::control;
using namespace inspect::tests;

namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace

TEST_CASE("the server takes the agent's callbacks while it runs and gives them back") {
  FakeAgent* seen = nullptr;
  {
    RunningServer server;
    server.on_loop([&](FakeAgent& agent) {
      seen = &agent;
      CHECK(agent.has_listeners());
    });
    CHECK(std::filesystem::exists(server.path()));
  }
  CHECK(seen != nullptr);
}

TEST_CASE("the thirty-third connection is told so and closed, and the others go on") {
  RunningServer server;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.path()));
    CHECK(ask<std::vector<BusRow>>(*clients.back(), AskBuses{}).size() == 2);
  }
  RawClient one_more(server.path());
  const auto trouble = refusal(one_more);
  CHECK(trouble.code == Refusal::too_many);
  CHECK(trouble.message.en.find("32") != std::string::npos);
  CHECK(one_more.ends());
  CHECK(server.counters().refused == 1);
  for (auto& client : clients) CHECK(ask<std::vector<BusRow>>(*client, AskBuses{}, 2).size() == 2);
  clients.pop_back();
  CHECK(server.becomes([](FakeAgent&, const SocketState& c) { return c.connections == 31; }));
  RawClient next(server.path());
  CHECK(ask<std::vector<BusRow>>(next, AskBuses{}).size() == 2);
}

TEST_CASE("ten thousand connections leave nothing behind") {
  RunningServer server;
  const auto before = open_descriptors();
  for (int i = 0; i < 10'000; ++i) {
    RawClient client(server.path());
    // A third leaves at once, a third in the middle of a line, a third after a request it does not wait for.
    if (i % 3 == 1) client.send("{\"id\":");
    if (i % 3 == 2) client.send(encode({1, AskBuses{}}) + '\n');
  }
  CHECK(server.becomes(
      [](FakeAgent&, const SocketState& c) { return c.connections == 0 && c.accepted + c.refused == 10'000; }));
  CHECK(open_descriptors() <= before + 1);
  RawClient client(server.path());
  CHECK(ask<std::vector<BusRow>>(client, AskBuses{}).size() == 2);
}

TEST_CASE("random bytes from many connections break nothing") {
  RunningServer server;
  std::mt19937 random(20261124);
  const auto good = encode({1, AskHistory{"power-1/output.voltage", fake_now().wall, fake_now().wall, 10}}) + '\n';
  for (int round = 0; round < 300; ++round) {
    RawClient client(server.path());
    auto bytes = good;
    for (int i = 0; i < 6; ++i) bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    client.send(bytes + bytes.substr(0, random() % bytes.size()));
  }
  RawClient client(server.path());
  CHECK(ask<Status>(client, AskStatus{}).site == "demo");
}

TEST_CASE("a server that ends closes its connections and removes its file") {
  std::string path;
  std::unique_ptr<RawClient> client;
  {
    RunningServer server;
    path = server.path();
    client = std::make_unique<RawClient>(path);
    ask<std::vector<PointRow>>(*client, AskWatch{});
  }
  CHECK(client->ends());
  CHECK_FALSE(std::filesystem::exists(path));
}
