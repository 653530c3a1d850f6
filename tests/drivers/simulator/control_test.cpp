#include "tests/drivers/simulator/played.hpp"
#include "tests/drivers/simulator/sites.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <random>

using namespace inspect::tests;
using namespace std::chrono_literals;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Runs the program as a client and gives its exit code; `first` is the first line it printed.
int run(std::vector<std::string> arguments, std::string* first = nullptr) {
  arguments.insert(arguments.begin(), sitesim());
  Child child(arguments);
  const auto line = child.line();
  if (first != nullptr) *first = line;
  return child.wait();
}

Bytes text(const std::string& words) { return {words.begin(), words.end()}; }

std::string line_of(Stream& stream) {
  std::string line;
  for (auto byte = stream.read(1); !byte.empty() && byte[0] != '\n'; byte = stream.read(1)) {
    line += static_cast<char>(byte[0]);
  }
  return line;
}

}  // namespace

TEST_CASE("the program is its own client, with exit codes that tell what happened") {
  Played site(fast_site);
  std::string said;
  CHECK(run({"--socket", site.socket(), "break", "relay-1", "welded", "relay.3"}, &said) == 0);
  CHECK(said == "relay-1: welded relay.3");
  CHECK(run({"--socket", site.socket(), "break", "relay-9", "silent"}, &said) == 1);
  CHECK(said.find("relay-1, rail-12v, relay-2") != std::string::npos);
  CHECK(run({"--socket", site.socket(), "drift", "rail-12v", "output.voltage", "-0.1/min"}, &said) == 0);
  CHECK(run({"--socket", site.socket(), "list", "--json"}, &said) == 0);
  CHECK(json::parse(said)["devices"][0]["faults"] == json{"welded relay.3"});
  CHECK(json::parse(said)["devices"][1]["faults"] == json{"drift output.voltage"});
  CHECK(run({"--socket", site.directory() + "/nobody", "list"}, &said) == 3);
  CHECK(said.find("--site FILE") != std::string::npos);
  CHECK(run({"--socket", site.socket()}) == 2);
  CHECK(run({}) == 2);
  CHECK(run({"--help"}) == 0);
}

TEST_CASE("wrong words on the command line are told with what to write instead, and end with 2") {
  const auto said = [](std::vector<std::string> words) {
    std::string line;
    CHECK(run(std::move(words), &line) == 2);
    return line;
  };
  CHECK(said({"--port", "abc", "--site", "x.toml"}) ==
        "sitesim: \"--port\" is no option here; sitesim --help shows how");
  CHECK(said({"--site", "x.toml", "-D", "RUN"}) ==
        "sitesim: \"-D RUN\" has no value; write -D RUN=VALUE; sitesim --help shows how");
  CHECK(said({"--site", "x.toml", "list"}).find("\"list\" with --site: play the site first") != std::string::npos);
  CHECK(said({"--site", "x.toml", "--seed", "abc"}).find("--seed") != std::string::npos);
  CHECK(said({"list"}).find("--socket PATH and a command") != std::string::npos);
}

TEST_CASE("a wrong site file ends the start with its place") {
  ScratchDirectory scratch;
  const auto file = scratch.path() + "/site.toml";
  std::ofstream(file) << "[[device]]\nname = \"x\"\nline = \"l\"\nunit = 1\nprofile = \"no-such-model\"\n";
  std::string said;
  CHECK(run({"--site", file}, &said) == 2);
  CHECK(said.find("site.toml:5:11:") != std::string::npos);
  CHECK(run({"--site", "/nowhere.toml"}) == 2);
}

TEST_CASE("a termination leaves neither the link nor the socket behind") {
  for (const int number : {SIGTERM, SIGINT}) {
    Played site(fast_site);
    CHECK(fs::is_symlink(site.pty("rtu")));
    CHECK(fs::exists(site.socket()));
    site.child().signal(number);
    CHECK(site.child().wait() == 0);
    CHECK_FALSE(fs::exists(fs::symlink_status(site.pty("rtu"))));
    CHECK_FALSE(fs::exists(site.socket()));
  }
}

TEST_CASE("a second simulator does not take the socket of a living one, but that of a dead one") {
  Played site(fast_site);
  const auto file = site.directory() + "/site.toml";
  const std::vector<std::string> start{sitesim(), "--site",     file,       "-D",         "RUN=" + site.directory(),
                                       "-D",      "TCP_PORT=0", "--socket", site.socket()};
  {
    Child second(start);
    CHECK(second.line().find("already listens") != std::string::npos);
    CHECK(second.wait() == 1);
  }
  CHECK(json::parse(site.say("list"))["ok"] == true);
  site.child().signal(SIGKILL);
  CHECK(site.child().wait() == -1);
  CHECK(fs::exists(site.socket()));
  Child third(start);
  CHECK(third.line().find("\"ready\":true") != std::string::npos);
}

TEST_CASE("a file in the way of link or socket is not removed") {
  ScratchDirectory scratch;
  std::ofstream(scratch.path() + "/site.toml") << fast_site;
  std::ofstream(scratch.path() + "/rtu") << "precious";
  Child child({sitesim(), "--site", scratch.path() + "/site.toml", "-D", "RUN=" + scratch.path(), "-D", "TCP_PORT=0"});
  CHECK(child.line().find("no symlink") != std::string::npos);
  CHECK(child.wait() == 1);
  CHECK(fs::file_size(scratch.path() + "/rtu") == 8);
  fs::remove(scratch.path() + "/rtu");
  std::ofstream(scratch.path() + "/sim") << "precious";
  Child other({sitesim(), "--site", scratch.path() + "/site.toml", "-D", "RUN=" + scratch.path(), "-D", "TCP_PORT=0",
               "--socket", scratch.path() + "/sim"});
  CHECK(other.line().find("no socket") != std::string::npos);
  CHECK(other.wait() == 1);
  CHECK(fs::file_size(scratch.path() + "/sim") == 8);
}

TEST_CASE("a watcher sees what others break, and the relay that moves") {
  Played site(fast_site);
  auto watcher = Stream::unix_socket(site.socket());
  watcher.write(text("watch\n"));
  CHECK(json::parse(line_of(watcher))["ok"] == true);
  site.must("break rail-12v slow 100");
  auto event = json::parse(line_of(watcher));
  CHECK(event["event"] == "broke");
  CHECK(event["where"] == "rail-12v");
  CHECK(event["detail"] == "slow 100 ms");
  site.must("order relay-1 relay.2 on");
  CHECK(json::parse(line_of(watcher))["event"] == "ordered");
  event = json::parse(line_of(watcher));
  CHECK(event["event"] == "moved");
  CHECK(event["detail"] == "relay.2 closed");
}

TEST_CASE("an exam moves relays that a master sees") {
  Played site(fast_site);
  auto watcher = Stream::unix_socket(site.socket());
  watcher.write(text("watch\nexam on\n"));
  line_of(watcher);
  bool moved = false;
  for (int i = 0; i < 10 && !moved; ++i) moved = line_of(watcher).find("\"moved\"") != std::string::npos;
  CHECK(moved);
  CHECK(json::parse(site.say("list"))["exam"] == true);
}

TEST_CASE("a command that never ends, garbage and a crowd of clients are survived") {
  Played site(fast_site);
  {
    auto endless = Stream::unix_socket(site.socket());
    endless.write(Bytes(2000, 'x'));
    CHECK(line_of(endless).find("at most 1024 bytes") != std::string::npos);
    CHECK(endless.closes());
  }
  {
    std::mt19937 random(1);
    auto noisy = Stream::unix_socket(site.socket());
    Bytes noise(900);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    noise.push_back('\n');
    noisy.write(noise);
    CHECK(json::parse(line_of(noisy))["ok"] == false);
  }
  {
    std::vector<Stream> crowd;
    crowd.reserve(16);
    for (int i = 0; i < 16; ++i) crowd.push_back(Stream::unix_socket(site.socket()));
    CHECK(comes_true([&] { return Stream::unix_socket(site.socket()).closes(); }));
  }
  CHECK(comes_true([&] { return site.say("list").find("\"ok\":true") != std::string::npos; }));
}

TEST_CASE("ten thousand random bursts on the line are survived") {
  auto fast = fast_site;
  fast.replace(fast.find("115200"), 6, "1000000");
  Played site(fast);
  auto wire = Stream::serial(site.pty("rtu"));
  std::mt19937 random(2);
  for (int i = 0; i < 10'000; ++i) {
    Bytes burst(1 + random() % 24);
    for (auto& byte : burst) byte = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0) burst = with_crc(burst);
    wire.write(burst);
    wire.read(512, 0ms);
    if (i % 50 == 0) wire.read(512, 4ms);
  }
  CHECK(comes_true([&] {
    wire.read(512, 10ms);
    return wire.ask(with_crc({3, 4, 0, 0, 0, 2}), 9, 200ms).size() == 9;
  }));
}

TEST_CASE("the simulator ends with the process that started it") {
  ScratchDirectory scratch;
  std::ofstream(scratch.path() + "/site.toml") << fast_site;
  const auto socket = scratch.path() + "/sim";
  const auto command = "'" + sitesim() + "' --site '" + scratch.path() + "/site.toml' -D RUN=" + scratch.path() +
                       " -D TCP_PORT=0 --socket " + socket + " --die-with-parent & wait";
  Child shell({"/bin/sh", "-c", command});
  CHECK(shell.line().find("\"ready\":true") != std::string::npos);
  shell.signal(SIGKILL);
  CHECK(shell.wait() == -1);
  CHECK(comes_true([&] { return !fs::exists(socket); }));
}
