#include "drivers/simulator/usbip_port.hpp"

#include "drivers/simulator/loopback.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace inspect::sim {

namespace {

/// Each imported device has one, and a client that only asks for the list.
constexpr std::size_t most_connections = 64;

}  // namespace

Result<std::unique_ptr<UsbipPort>> UsbipPort::open(Site& site) {
  std::unique_ptr<UsbipPort> port(new UsbipPort(site));
  for (std::size_t line = 0; line < site.lines().size(); ++line) {
    if (site.lines()[line].setup.kind != LineKind::usb) continue;
    for (auto& device : site.devices()) {
      if (device.setup().line == site.lines()[line].setup.name) port->places_.push_back({line, UsbFace(device)});
    }
  }
  if (port->places_.empty()) return std::unique_ptr<UsbipPort>();
  if (auto listening = port->listen(); !listening) return listening.error();
  return port;
}

Result<void> UsbipPort::listen() {
  auto listening = listen_on_loopback(site_.lines()[places_.front().line].setup.port);
  if (!listening) return std::move(listening).error().within("USB/IP");
  for (const auto& place : places_) site_.lines()[place.line].setup.port = listening->port;
  listener_ = std::move(listening->socket);
  return boost::system::in_place_value;
}

void UsbipPort::watch(std::vector<pollfd>& fds) {
  fds.push_back({listener_.get(), POLLIN, 0});
  for (const auto& connection : connections_) fds.push_back({connection.socket.get(), POLLIN, 0});
}

void UsbipPort::ready(int fd, short /*events*/, BootTime now) {
  if (fd == listener_.get()) {
    accept();
    return;
  }
  for (auto& connection : connections_) {
    if (connection.socket.get() == fd) hear(connection, now);
  }
  std::erase_if(connections_, [](const Connection& each) { return !each.socket.open(); });
}

void UsbipPort::accept() {
  while (true) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.open()) return;
    if (connections_.size() >= most_connections) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.emplace_back().socket = std::move(socket);
  }
}

void UsbipPort::hear(Connection& connection, BootTime now) {
  std::array<std::uint8_t, 4096> bytes{};
  const auto got = ::recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    end(connection, now);
    return;
  }
  const auto came = usb::BytesView(bytes).first(static_cast<std::size_t>(got));
  if (!connection.session) {
    connection.heard.insert(connection.heard.end(), came.begin(), came.end());
    greet(connection, now);
  } else if (connection.session->take(came, now)) {
    say(connection, connection.session->due(now));
  } else {
    end(connection, now);
  }
}

void UsbipPort::greet(Connection& connection, BootTime now) {
  const auto& heard = connection.heard;
  if (heard.size() < usbip_request_size) return;
  const auto request = parse_usbip_request(heard);
  if (!request) return end(connection, now);
  if (*request == UsbipRequest::list) {
    say(connection, usbip_list(offers()));
    return end(connection, now);
  }
  if (heard.size() < usbip_request_size + usbip_bus_id_size) return;
  const auto first = heard.begin() + usbip_request_size;
  import(connection, {first, std::find(first, first + usbip_bus_id_size, 0)}, now);
}

void UsbipPort::import(Connection& connection, const std::string& bus_id, BootTime now) {
  for (auto& place : places_) {
    const auto& setup = site_.lines()[place.line].setup;
    if (setup.usb != bus_id || !whole(place) || taken(place)) continue;
    connection.place = &place;
    connection.session.emplace(place.face);
    say(connection, usbip_import(UsbipOffer{bus_id, &place.face.model()}));
    ++site_.lines()[place.line].counters.connections;
    site_.tell({"attached", setup.name, "by USB/IP"});
    return;
  }
  say(connection, usbip_import(std::nullopt));
  end(connection, now);
}

bool UsbipPort::taken(const Place& place) const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [&](const Connection& each) { return each.place == &place && each.socket.open(); });
}

std::vector<UsbipOffer> UsbipPort::offers() const {
  std::vector<UsbipOffer> offers;
  for (const auto& place : places_) {
    if (whole(place) && !taken(place)) offers.push_back({site_.lines()[place.line].setup.usb, &place.face.model()});
  }
  return offers;
}

void UsbipPort::end(Connection& connection, BootTime now) {
  connection.socket.reset();
  if (connection.place == nullptr) return;
  connection.place->face.lost_power(now);
  site_.tell({"detached", site_.lines()[connection.place->line].setup.name, ""});
}

void UsbipPort::say(Connection& connection, const usb::Bytes& bytes) {
  if (bytes.empty()) return;
  const auto sent = ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  // A kernel that does not read for so long that the buffer is full is none.
  if (sent != std::ssize(bytes)) ::shutdown(connection.socket.get(), SHUT_RDWR);
}

void UsbipPort::advance(BootTime now) {
  for (auto& connection : connections_) {
    if (!connection.session) continue;
    if (whole(*connection.place)) {
      say(connection, connection.session->due(now));
    } else {
      end(connection, now);
    }
  }
  std::erase_if(connections_, [](const Connection& each) { return !each.socket.open(); });
}

std::optional<BootTime> UsbipPort::next() const {
  std::optional<BootTime> when;
  for (const auto& connection : connections_) {
    const auto own = connection.session ? connection.session->next() : std::nullopt;
    if (own && (!when || *own < *when)) when = own;
  }
  return when;
}

}  // namespace inspect::sim
