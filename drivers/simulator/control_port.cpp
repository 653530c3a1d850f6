#include "drivers/simulator/control_port.hpp"

#include "drivers/simulator/messages_json.hpp"
#include "drivers/simulator/unix_address.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace inspect::sim {

namespace {

constexpr std::size_t most_clients = 16;
constexpr std::size_t longest_line = 1024;
constexpr std::size_t most_unread = 65'536;

}  // namespace

Result<std::unique_ptr<ControlPort>> ControlPort::open(Site& site, std::string path) {
  std::unique_ptr<ControlPort> port(new ControlPort(site, std::move(path)));
  if (auto listening = port->listen(); !listening) return listening.error();
  return port;
}

ControlPort::~ControlPort() {
  if (listener_.open()) ::unlink(path_.c_str());
}

Result<void> ControlPort::listen() {
  auto address = unix_address(path_);
  if (!address) return address.error();
  if (connect_unix(path_)) {
    return fail(Errc::bus_unavailable, "a simulator already listens on " + path_ + "; end it or name another socket");
  }
  struct stat there {};
  if (::lstat(path_.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) {
      return fail(Errc::bus_unavailable, path_ + " is there and is no socket; remove it or name another path");
    }
    ::unlink(path_.c_str());
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto mask = ::umask(0077);
  const bool bound =
      socket.open() && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  ::umask(mask);
  if (!bound || ::listen(socket.get(), 8) != 0) {
    return fail(Errc::bus_unavailable, "cannot listen on " + path_ + ": " + std::strerror(errno));
  }
  listener_ = std::move(socket);
  return boost::system::in_place_value;
}

void ControlPort::watch(std::vector<pollfd>& fds) {
  fds.push_back({listener_.get(), POLLIN, 0});
  for (const auto& client : clients_) {
    fds.push_back({client.socket.get(), static_cast<short>(client.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
  }
}

void ControlPort::ready(int fd, short events, BootTime now) {
  if (fd == listener_.get()) {
    accept();
    return;
  }
  for (auto& client : clients_) {
    if (client.socket.get() != fd) continue;
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) read(client, now);
  }
  std::erase_if(clients_, [](const Client& client) { return !client.socket.open(); });
}

void ControlPort::accept() {
  Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.open() && clients_.size() < most_clients) clients_.push_back({std::move(socket), {}, {}, false, false});
}

void ControlPort::read(Client& client, BootTime now) {
  std::array<char, 2048> bytes{};
  const auto got = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    client.socket.reset();
    return;
  }
  client.in.append(bytes.data(), static_cast<std::size_t>(got));
  obey(client, now);
}

void ControlPort::obey(Client& client, BootTime now) {
  for (auto end = client.in.find('\n'); end != std::string::npos && !client.leaves; end = client.in.find('\n')) {
    if (end > longest_line) break;
    const auto reply = execute(site_, client.in.substr(0, end), now);
    client.in.erase(0, end + 1);
    say(client, to_json(reply));
    client.watches = client.watches || reply.watch;
  }
  if (client.in.size() <= longest_line) return;
  Reply reply;
  reply.ok = false;
  reply.text = "a command is one line of at most " + std::to_string(longest_line) + " bytes";
  say(client, to_json(reply));
  client.in.clear();
  client.leaves = true;
}

void ControlPort::say(Client& client, const std::string& line) {
  client.out += line + "\n";
  if (client.out.size() > most_unread) client.socket.reset();
}

void ControlPort::flush(Client& client) {
  if (!client.socket.open()) return;
  if (!client.out.empty()) {
    const auto sent = ::send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (sent > 0) client.out.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) client.socket.reset();
  }
  if (client.leaves && client.out.empty()) client.socket.reset();
}

/// Answers leave here, after the lines have done what was said: who hears "plugged" can connect.
void ControlPort::advance(BootTime now) {
  for (const auto& event : site_.events()) {
    const auto line = to_json(event, now);
    for (auto& client : clients_) {
      if (client.watches && client.socket.open()) say(client, line);
    }
  }
  for (auto& client : clients_) flush(client);
  std::erase_if(clients_, [](const Client& client) { return !client.socket.open(); });
}

}  // namespace inspect::sim
