#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/ticketing/http_line.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace inspect::tests;
using inspect::ticketing::test::ask_once;

namespace {

std::string program() {
  const auto* bin = std::getenv("INSPECT_BIN");
  return std::string(bin != nullptr ? bin : "build/bin") + "/ticketd";
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// `ticketd` as a child, with its end of the notify protocol here.
struct Served {
  TempDir dir;
  int notify = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  pid_t pid = -1;
  std::string told;

  Served() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = dir / "notify";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(notify, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const auto out = dir / "out", error = dir / "error", store = dir / "store";
    const auto parent = ::getpid();
    pid = ::fork();
    if (pid != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    if (!std::freopen(out.c_str(), "w", stdout) || !std::freopen(error.c_str(), "w", stderr)) ::_exit(126);
    ::execl(program().c_str(), "ticketd", "--config", "examples/ticketd.toml", "--port", "0", "--broker-port", "1",
            "--store", store.c_str(), "--pages", "cloud-bridge/web", nullptr);
    ::_exit(127);
  }
  ~Served() {
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    ::close(notify);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  bool heard(const std::string& word) {
    char buffer[1000];
    for (ssize_t count = 0; (count = ::recv(notify, buffer, sizeof buffer, 0)) > 0;) {
      told.append(buffer, static_cast<std::size_t>(count)) += '\n';
    }
    return holds(told, word);
  }
  [[nodiscard]] std::uint16_t port() const {
    const auto line = text_of(dir / "out");
    return static_cast<std::uint16_t>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
  }
  int end(int signal) {
    ::kill(pid, signal);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

bool until(const std::function<bool()>& condition) {
  boost::asio::io_context loop;
  return run_until(loop, [&] {
    ::poll(nullptr, 0, 5);
    return condition();
  });
}

}  // namespace

TEST_CASE("the program says what is wrong with its use or its file and ends with the documented code") {
  TempDir dir;
  const auto log = dir / "out";
  CHECK(run(log, {program(), "--help"}) == 0);
  CHECK(holds(text_of(log), "Exit codes"));
  CHECK(run(log, {program(), "--colour"}) == 2);
  CHECK(run(log, {program(), "--port", "70000"}) == 2);
  CHECK(run(log, {program(), "--config", dir / "missing.toml"}) == 2);
  CHECK(holds(text_of(log), "missing.toml"));
  write_file(dir / "bad.toml", "[http]\nport = \"x\"\n");
  CHECK(run(log, {program(), "--config", dir / "bad.toml", "--check"}) == 2);
  CHECK(holds(text_of(log), "bad.toml:2:8"));
  CHECK(run(log, {program(), "--config", "examples/ticketd.toml", "--check"}) == 0);
  CHECK(holds(text_of(log), "right"));
  const std::string zh = "LC_ALL=zh_CN.UTF-8";
  CHECK(run(log, {"/usr/bin/env", zh, program(), "--config", dir / "bad.toml", "--check"}) == 2);
  CHECK(holds(text_of(log), "bad.toml:2:8: 这里是文字；应写整数"));
  CHECK(run(log, {"/usr/bin/env", zh, program(), "--config", "examples/ticketd.toml", "--check"}) == 0);
  CHECK(holds(text_of(log), "正确"));
}

TEST_CASE("a store or pages that cannot be had end the program with 1 and their name") {
  TempDir dir;
  const auto log = dir / "out";
  CHECK(run(log, {program(), "--config", "examples/ticketd.toml", "--port", "0", "--store", "/proc/nothing", "--pages",
                  "cloud-bridge/web"}) == 1);
  CHECK(holds(text_of(log), "/proc/nothing"));
  CHECK(run(log, {program(), "--config", "examples/ticketd.toml", "--port", "0", "--store", dir / "store", "--pages",
                  "/nowhere"}) == 1);
  CHECK(holds(text_of(log), "/nowhere"));
}

TEST_CASE("the program serves without a broker, feeds its watchdog, and ends at once when it is told to") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Served served;
    REQUIRE(until([&] { return served.heard("READY=1") && served.heard("WATCHDOG=1"); }));
    CHECK(served.heard("STATUS=serving http://127.0.0.1:"));
    const auto health = ask_once(served.port(), "GET /healthz");
    CHECK(holds(health, "HTTP/1.1 200"));
    CHECK(holds(health, R"("broker":"down")"));
    CHECK(holds(ask_once(served.port(), "GET /"), "<!doctype html>"));
    CHECK(served.end(signal) == 0);
    CHECK(served.heard("STOPPING=1"));
  }
}

TEST_CASE("a second program on the same store is refused, the first goes on") {
  Served served;
  REQUIRE(until([&] { return served.heard("READY=1"); }));
  const auto log = served.dir / "second";
  CHECK(run(log, {program(), "--config", "examples/ticketd.toml", "--port", "0", "--store", served.dir / "store",
                  "--pages", "cloud-bridge/web"}) == 1);
  CHECK(holds(text_of(log), "another ticketd"));
  CHECK(holds(ask_once(served.port(), "GET /healthz"), "HTTP/1.1 200"));
}

TEST_CASE("a store that lost its database is not begun anew in silence, only when it is told to") {
  Served served;
  REQUIRE(until([&] { return served.heard("READY=1"); }));
  REQUIRE(served.end(SIGKILL) == -1);
  write_file(served.dir / "store/tickets.db", "");
  const auto log = served.dir / "again";
  CHECK(run(log, {program(), "--config", "examples/ticketd.toml", "--port", "0", "--store", served.dir / "store",
                  "--pages", "cloud-bridge/web"}) == 1);
  CHECK(holds(text_of(log), "newest backup"));
  // It ends after the store was opened, because the address is none of this machine.
  write_file(served.dir / "bad.toml", "[http]\naddress = \"192.0.2.1\"\n");
  CHECK(run(log, {program(), "--config", served.dir / "bad.toml", "--store", served.dir / "store", "--pages",
                  "cloud-bridge/web", "--begin-anew"}) == 1);
  CHECK(holds(text_of(log), "begun with no tickets"));
  CHECK(holds(text_of(log), "tickets.db.corrupt-"));
}
