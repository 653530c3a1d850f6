#include "cloud-bridge/uplink/service.hpp"

#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

using namespace inspect::bridge;
using namespace inspect::tests;

namespace {

/// The manager's socket, and the environment that names it.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const auto path = dir_ / "notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// What was told last; empty when nothing was.
  std::string heard() {
    char buffer[1000];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
  }

 private:
  TempDir dir_;
  int socket_;
};

}  // namespace

TEST_CASE("each thing is told to the manager in its own words, once") {
  Manager manager;
  tell_ready();
  CHECK(manager.heard() == "READY=1");
  tell_status("connected, 5 rows receipted");
  CHECK(manager.heard() == "STATUS=connected, 5 rows receipted");
  feed_watchdog();
  CHECK(manager.heard() == "WATCHDOG=1");
  tell_stopping();
  CHECK(manager.heard() == "STOPPING=1");
  CHECK(manager.heard().empty());
}

TEST_CASE("without a manager all of it does nothing") {
  ::unsetenv("NOTIFY_SOCKET");
  tell_ready();
  tell_status("nobody listens");
  feed_watchdog();
  tell_stopping();
  CHECK_FALSE(watchdog_interval().has_value());
}

TEST_CASE("the watchdog's interval is what the manager asks of this process, and nonsense is no interval") {
  ::unsetenv("WATCHDOG_PID");
  ::setenv("WATCHDOG_USEC", "400000", 1);
  CHECK(watchdog_interval() == std::chrono::milliseconds(400));
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK_FALSE(watchdog_interval().has_value());
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  CHECK(watchdog_interval().has_value());
  for (const auto* nonsense : {"", "soon", "0", "-5"}) {
    ::setenv("WATCHDOG_USEC", nonsense, 1);
    CHECK_FALSE(watchdog_interval().has_value());
  }
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
}
