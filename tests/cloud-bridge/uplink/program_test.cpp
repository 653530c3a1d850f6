#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/uplink/fake_agent.hpp"
#include "tests/cloud-bridge/uplink/fake_centre.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

std::string program() {
  const auto* bin = std::getenv("INSPECT_BIN");
  return std::string(bin != nullptr ? bin : "build/bin") + "/inspect-bridge";
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The service manager's end of the notify protocol.
class Manager {
 public:
  explicit Manager(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  bool heard(const std::string& word) {
    char buffer[1000];
    while (true) {
      const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      told_ += std::string(buffer, static_cast<std::size_t>(count)) + '\n';
    }
    return told_.find(word) != std::string::npos;
  }

 private:
  int socket_;
  std::string told_;
};

struct Bridge {
  Bridge(const std::string& config, const std::string& log, const std::string& notify) {
    pid = ::fork();
    if (pid != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "400000", 1);
    ::unsetenv("WATCHDOG_PID");
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
    ::execl(program().c_str(), "inspect-bridge", "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  ~Bridge() {
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  bool ended(int& code) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid) return false;
    pid = -1;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return true;
  }
  pid_t pid = -1;
};

}  // namespace

TEST_CASE("the program says what is wrong with its use or configuration and ends with the documented code") {
  TempDir dir;
  const auto log = dir / "out";
  CHECK(run(log, {program(), "--help"}) == 0);
  CHECK(text_of(log).find("Exit codes") != std::string::npos);
  CHECK(run(log, {program(), "--colour"}) == 2);
  CHECK(run(log, {program(), "--config", dir / "missing.toml"}) == 7);
  write_file(dir / "bad.toml", "[broker]\nhost = 5\n");
  CHECK(run(log, {program(), "--config", dir / "bad.toml", "--check"}) == 7);
  CHECK(text_of(log).find("bad.toml:2:8") != std::string::npos);
  write_file(dir / "good.toml", "[broker]\nhost = \"127.0.0.1\"\nplain = true\n");
  CHECK(run(log, {program(), "--config", dir / "good.toml", "--check"}) == 0);
  const std::string zh = "LC_ALL=zh_CN.UTF-8";
  CHECK(run(log, {"/usr/bin/env", zh, program(), "--config", dir / "bad.toml", "--check"}) == 7);
  CHECK(text_of(log).find("bad.toml:2:8: 这里是整数；应写带引号的文字") != std::string::npos);
  CHECK(run(log, {"/usr/bin/env", zh, program(), "--config", dir / "good.toml", "--check"}) == 0);
  CHECK(text_of(log).find("good.toml：正确") != std::string::npos);
  CHECK(run(log, {program(), "--explain"}) == 0);
}

TEST_CASE("the program carries, feeds its watchdog, tells an outage twice and ends cleanly on SIGTERM") {
  PrivateBroker broker;
  const auto& dir = broker.dir();
  asio::io_context loop;
  FakeAgent agent(loop, dir / "agent.sock");
  agent.open();
  Manager manager(dir / "notify");
  write_file(dir / "bridge.toml",
             "agent_socket = \"" + (dir / "agent.sock") +
                 "\"\nresend_after_ms = 500\n[broker]\nhost = \"127.0.0.1\"\nport = " + std::to_string(broker.port()) +
                 "\nplain = true\nretry_least_ms = 20\nretry_most_ms = 50\n");
  Bridge bridge(dir / "bridge.toml", dir / "bridge.log", dir / "notify");
  REQUIRE(run_until(loop, [&] { return manager.heard("READY=1") && manager.heard("WATCHDOG=1"); }));
  REQUIRE(run_until(
      loop, [&] { return text_of(dir / "bridge.log").find("the broker is out of reach") != std::string::npos; }));
  broker.start();
  bridge::MqttOptions options;
  options.port = broker.port();
  options.client_id = "centre";
  options.backoff_least = 20ms;
  FakeCentre centre(loop, options);
  for (std::uint64_t seq = 1; seq <= 50; ++seq) {
    agent.add(control::Stream::findings, seq, "00000000000000f1-" + std::to_string(seq) + " x");
  }
  REQUIRE(run_until(loop, [&] { return agent.waiting() == 0; }));
  CHECK(centre.got.size() == 50);

  ::kill(bridge.pid, SIGTERM);
  int code = -1;
  REQUIRE(run_until(loop, [&] { return bridge.ended(code); }));
  CHECK(code == 0);
  CHECK(manager.heard("STOPPING=1"));
  REQUIRE(
      run_until(loop, [&] { return !centre.states.empty() && !messages::decode_state(centre.states.back())->online; }));
  const auto log = text_of(dir / "bridge.log");
  CHECK(log.find("the broker works again after") != std::string::npos);
  const std::string line = "the broker is out of reach";
  CHECK(log.find(line, log.find(line) + 1) == std::string::npos);
}

TEST_CASE("SIGHUP and SIGINT end the program as cleanly as SIGTERM: the centre is told, the code is 0") {
  for (const int signal : {SIGHUP, SIGINT}) {
    CAPTURE(signal);
    PrivateBroker broker;
    broker.start();
    const auto& dir = broker.dir();
    asio::io_context loop;
    FakeAgent agent(loop, dir / "agent.sock");
    agent.open();
    Manager manager(dir / "notify");
    write_file(dir / "bridge.toml", "agent_socket = \"" + (dir / "agent.sock") +
                                        "\"\n[broker]\nhost = \"127.0.0.1\"\nport = " + std::to_string(broker.port()) +
                                        "\nplain = true\n");
    bridge::MqttOptions options;
    options.port = broker.port();
    options.client_id = "centre";
    options.backoff_least = 20ms;
    FakeCentre centre(loop, options);
    const auto last_says = [&](bool online) {
      return !centre.states.empty() && messages::decode_state(centre.states.back())->online == online;
    };
    Bridge bridge(dir / "bridge.toml", dir / "bridge.log", dir / "notify");
    REQUIRE(run_until(loop, [&] { return last_says(true); }));
    ::kill(bridge.pid, signal);
    int code = -1;
    REQUIRE(run_until(loop, [&] { return bridge.ended(code); }));
    CHECK(code == 0);
    CHECK(manager.heard("STOPPING=1"));
    REQUIRE(run_until(loop, [&] { return last_says(false); }));
  }
}
