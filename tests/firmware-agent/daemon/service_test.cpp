#include "firmware-agent/daemon/service.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

using namespace inspect::agent;

namespace {

/// A manager that listens on a name without a file, as systemd does in containers ("@…").
class AbstractManager {
 public:
  AbstractManager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path + 1, name_.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    ::setenv("NOTIFY_SOCKET", ('@' + name_).c_str(), 1);
  }
  ~AbstractManager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }
  AbstractManager(const AbstractManager&) = delete;
  AbstractManager& operator=(const AbstractManager&) = delete;

  std::string heard() {
    char buffer[1000];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
  }

 private:
  std::string name_ = "inspectd-test-" + std::to_string(::getpid());
  int socket_;
};

}  // namespace

TEST_CASE("the manager hears that the agent is ready, feeds its watchdog and ends, each once") {
  AbstractManager manager;
  tell_ready("watching 3 devices");
  CHECK(manager.heard() == "READY=1\nSTATUS=watching 3 devices");
  tell_status("restoring");
  CHECK(manager.heard() == "STATUS=restoring");
  feed_watchdog();
  CHECK(manager.heard() == "WATCHDOG=1");
  tell_stopping();
  CHECK(manager.heard() == "STOPPING=1");
  CHECK(manager.heard().empty());
}

TEST_CASE("a manager's name that is none, too long, or of nobody is passed over") {
  for (const auto& name : {std::string(), std::string("relative"), '/' + std::string(200, 'x'),
                           std::string("@inspectd-test-nobody"), std::string("/nowhere/notify")}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    feed_watchdog();
  }
  ::unsetenv("NOTIFY_SOCKET");
  feed_watchdog();
}

TEST_CASE("the watchdog is fed when this process is asked to, and nonsense asks for nothing") {
  const auto none = std::chrono::microseconds(0);
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("WATCHDOG_USEC");
  CHECK(watchdog_interval() == none);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  CHECK(watchdog_interval() == std::chrono::seconds(30));
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK(watchdog_interval() == none);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  CHECK(watchdog_interval() == std::chrono::seconds(30));
  for (const auto* nonsense : {"", "0", "-5", "5 s", "18446744073709551615"}) {
    ::setenv("WATCHDOG_USEC", nonsense, 1);
    CHECK(watchdog_interval() == none);
  }
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
}
