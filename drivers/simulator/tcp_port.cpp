#include "drivers/simulator/tcp_port.hpp"

#include "drivers/simulator/loopback.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace inspect::sim {

namespace {

/// Answers that may wait on one connection; with more its questions are left in the socket.
constexpr std::size_t most_pending = 512;

}  // namespace

Result<std::unique_ptr<TcpPort>> TcpPort::open(Site& site, std::size_t line) {
  std::unique_ptr<TcpPort> port(new TcpPort(site, line));
  if (auto listening = port->listen(); !listening) return listening.error();
  return port;
}

Result<void> TcpPort::listen() {
  auto listening = listen_on_loopback(line().setup.port);
  if (!listening) return std::move(listening).error().within("line " + line().setup.name);
  line().setup.port = listening->port;
  listener_ = std::move(listening->socket);
  return boost::system::in_place_value;
}

void TcpPort::watch(std::vector<pollfd>& fds) {
  if (listener_.open()) fds.push_back({listener_.get(), POLLIN, 0});
  if (line().state != LineState::whole) return;
  for (const auto& connection : connections_) {
    const bool room = connection.pending.size() < most_pending;
    fds.push_back({connection.socket.get(), static_cast<short>(room ? POLLIN : 0), 0});
  }
}

void TcpPort::ready(int fd, short /*events*/, BootTime now) {
  if (fd == listener_.get()) {
    accept();
    return;
  }
  for (auto& connection : connections_) {
    if (connection.socket.get() == fd) read(connection, now);
  }
  std::erase_if(connections_, [](const Connection& each) { return !each.socket.open(); });
}

void TcpPort::accept() {
  while (true) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.open()) return;
    ++line().counters.connections;
    if (connections_.size() >= line().setup.connections) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.push_back({std::move(socket), {}, {}});
  }
}

void TcpPort::read(Connection& connection, BootTime now) {
  std::array<std::uint8_t, 2048> bytes{};
  const auto got = ::recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    connection.socket.reset();
    return;
  }
  connection.reader.feed(std::span(bytes).first(static_cast<std::size_t>(got)));
  work(connection, now);
}

void TcpPort::work(Connection& connection, BootTime now) {
  while (auto question = connection.reader.next()) {
    const auto answer = site_.ask(line_, *question, now);
    if (answer && connection.pending.size() < most_pending) schedule(connection, *question, *answer, now);
  }
  if (connection.reader.lost()) {
    ++line().counters.damaged;
    connection.socket.reset();
  }
}

void TcpPort::schedule(Connection& connection, const Question& question, const Site::Answer& answer, BootTime now) {
  const auto& outgoing = answer.outgoing;
  auto bytes = close_tcp(question.transaction, outgoing.unit, outgoing.pdu);
  if (outgoing.garbage) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(noise_());
  }
  if (outgoing.truncated) bytes.resize(bytes.size() / 2);
  auto when = now + answer.turnaround + outgoing.delay;
  for (const auto& piece : connection.pending) {
    if (piece.device == answer.device) when = std::max(when, piece.when);
  }
  auto& pending = connection.pending;
  if (outgoing.gap.count() == 0) {
    pending.push_back({when, answer.device, std::move(bytes)});
  } else {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      pending.push_back({when + outgoing.gap * static_cast<std::int64_t>(i), answer.device, {bytes[i]}});
    }
  }
  std::stable_sort(pending.begin(), pending.end(), [](const Piece& a, const Piece& b) { return a.when < b.when; });
}

void TcpPort::send_due(Connection& connection, BootTime now) const {
  auto at = connection.pending.begin();
  for (; at != connection.pending.end() && at->when <= now && connection.socket.open(); ++at) {
    const auto sent = ::send(connection.socket.get(), at->bytes.data(), at->bytes.size(), MSG_NOSIGNAL);
    // Who does not read for so long that the kernel's buffer is full is no master any more.
    if (sent != std::ssize(at->bytes)) connection.socket.reset();
  }
  connection.pending.erase(connection.pending.begin(), at);
}

void TcpPort::advance(BootTime now) {
  const auto state = line().state;
  if (state == LineState::unplugged) {
    listener_.reset();
    connections_.clear();
    return;
  }
  if (!listener_.open()) {
    if (auto listening = listen(); !listening) {
      site_.tell({"not plugged", line().setup.name, listening.error().message});
      line().state = LineState::unplugged;
      return;
    }
  }
  for (auto& connection : connections_) {
    if (state == LineState::cut) {
      connection.pending.clear();
    } else {
      send_due(connection, now);
    }
  }
  std::erase_if(connections_, [](const Connection& each) { return !each.socket.open(); });
}

std::optional<BootTime> TcpPort::next() const {
  std::optional<BootTime> when;
  if (line().state != LineState::whole) return when;
  for (const auto& connection : connections_) {
    if (connection.pending.empty()) continue;
    const auto first = connection.pending.front().when;
    when = when ? std::min(*when, first) : first;
  }
  return when;
}

}  // namespace inspect::sim
