#include "cloud-bridge/ticketing/daemon/manager.hpp"

#include "cloud-bridge/ticketing/daemon/service_clock.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

using namespace inspect;
using namespace inspect::ticketing;

TEST_CASE("the service manager hears each thing in its own words, and nobody is missed when there is none") {
  const tests::TempDir dir;
  const auto path = dir / "notify";
  const int ear = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(ear, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const auto heard = [&] {
    char buffer[500];
    const auto count = ::recv(ear, buffer, sizeof buffer, 0);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
  };
  tell_stopping();
  CHECK(heard().empty());
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  tell_ready("serving http://127.0.0.1:8080/");
  CHECK(heard() == "READY=1\nSTATUS=serving http://127.0.0.1:8080/");
  feed_watchdog();
  CHECK(heard() == "WATCHDOG=1");
  tell_stopping();
  CHECK(heard() == "STOPPING=1");
  ::unsetenv("NOTIFY_SOCKET");
  ::close(ear);
}

TEST_CASE("the machine's clocks are what they are called: one runs on, one is the date") {
  const auto first = boot_now();
  const auto wall = wall_now();
  CHECK(boot_now() >= first);
  CHECK(first > BootTime{});
  CHECK(wall > *parse_rfc3339("2026-01-01T00:00:00Z"));
}
