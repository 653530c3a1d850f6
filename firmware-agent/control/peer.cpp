#include "firmware-agent/control/peer.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace inspect::agent {

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return fail(Errc::not_permitted, "SO_PEERCRED: " + std::generic_category().message(errno));
  }
  return Peer{credentials.uid, credentials.pid};
}

std::string user_name(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  // More than any entry of a gateway's own /etc/passwd needs; a longer one is shown by number.
  std::array<char, 4096> buffer{};
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return "uid " + std::to_string(uid);
}

std::string who(const Peer& peer, const std::string& by) {
  const auto user = user_name(peer.uid);
  return by.empty() ? user : user + " (" + by + ')';
}

}  // namespace inspect::agent
