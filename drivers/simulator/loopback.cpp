#include "drivers/simulator/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace inspect::sim {

Result<Listening> listen_on_loopback(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), general, size) != 0 || ::listen(socket.get(), 128) != 0 ||
      ::getsockname(socket.get(), general, &size) != 0) {
    return fail(Errc::bus_unavailable, "cannot listen on 127.0.0.1:" + std::to_string(port) +
                                           " (port 0 takes any free one): " + std::strerror(errno));
  }
  return Listening{std::move(socket), ntohs(address.sin_port)};
}

}  // namespace inspect::sim
