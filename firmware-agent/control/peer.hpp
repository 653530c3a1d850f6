#pragma once

#include "protocol/core/error.hpp"

#include <sys/types.h>

#include <string>

namespace inspect::agent {

/// Who is at the other end of a UNIX socket, as the kernel says.
struct Peer {
  uid_t uid = 0;
  pid_t pid = 0;
};

/// SO_PEERCRED of a connected UNIX socket.
Result<Peer> peer_of(int socket);

/// The account's name, or "uid 1234" when there is none.
std::string user_name(uid_t uid);

/// "user", or "user (name)" when an account is shared and the person said who it is.
std::string who(const Peer& peer, const std::string& by);

}  // namespace inspect::agent
