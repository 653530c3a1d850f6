#include "cloud-bridge/uplink/service.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace inspect::bridge {

namespace {

/// One datagram to the manager's socket, as sd_notify(3) and systemd's promise of stable interfaces describe it
/// (decision 0022).
void notify(const std::string& words) {
  const char* named = std::getenv("NOTIFY_SOCKET");
  const std::string_view name(named == nullptr ? "" : named);
  sockaddr_un manager{};
  if (name.empty() || name.size() >= sizeof manager.sun_path || (name[0] != '/' && name[0] != '@')) return;
  manager.sun_family = AF_UNIX;
  name.copy(manager.sun_path, name.size());
  if (name[0] == '@') manager.sun_path[0] = '\0';  // a name without a file
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  (void)::sendto(socket, words.data(), words.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&manager), length);
  ::close(socket);
}

/// A whole number above zero in the environment; 0: there is none.
std::int64_t number_in(const char* variable) {
  const char* text = std::getenv(variable);
  std::int64_t number = 0;
  if (text == nullptr) return 0;
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  return error == std::errc{} && end == digits.end() && number > 0 ? number : 0;
}

/// µs; 0 when this process is not asked to feed a watchdog.
std::int64_t asked_interval() {
  const bool ours = std::getenv("WATCHDOG_PID") == nullptr || number_in("WATCHDOG_PID") == ::getpid();
  return ours ? number_in("WATCHDOG_USEC") : 0;
}

}  // namespace

void tell_ready() { notify("READY=1"); }
void tell_stopping() { notify("STOPPING=1"); }
void tell_status(const std::string& line) { notify("STATUS=" + line); }
void feed_watchdog() { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto interval = asked_interval();
  if (interval == 0) return std::nullopt;
  return std::chrono::microseconds(interval);
}

}  // namespace inspect::bridge
