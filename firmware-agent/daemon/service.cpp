#include "firmware-agent/daemon/service.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace inspect::agent {

namespace {

constexpr rlim_t most_descriptors = 512;

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

void tell_ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }
void tell_status(const std::string& status) { notify("STATUS=" + status); }
void tell_stopping() { notify("STOPPING=1"); }
void feed_watchdog() { notify("WATCHDOG=1"); }

std::chrono::microseconds watchdog_interval() { return std::chrono::microseconds(asked_interval()); }

void limit_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_cur, most_descriptors);
  setrlimit(RLIMIT_NOFILE, &limit);
}

void keep_memory_small() {
  // A heap of its own for the store's thread would never give back what a busy minute took.
  mallopt(M_ARENA_MAX, 1);
  // Said by us, the thresholds stay as they are; left alone they grow with each large block, and memory stays taken.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024);
}

}  // namespace inspect::agent
