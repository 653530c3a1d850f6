#include "drivers/simulator/unix_address.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace inspect::sim {

Result<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid_argument,
                "a socket's path has 1 to 107 bytes; \"" + path + "\" has " + std::to_string(path.size()));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<Descriptor> connect_unix(const std::string& path) {
  auto address = unix_address(path);
  if (!address) return address.error();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.open() || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail(Errc::unreachable, path + ": " + std::strerror(errno));
  }
  return socket;
}

}  // namespace inspect::sim
