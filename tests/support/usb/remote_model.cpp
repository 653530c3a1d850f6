#include "tests/support/usb/remote_model.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace inspect::tests {

namespace {

using How = sim::UsbAnswer::How;

// USB/IP 1.1.1, Documentation/usb/usbip_protocol.rst. Another hand than the simulator's side of it.
constexpr std::size_t offer_size = 312;
constexpr std::size_t bus_id_place = 256;
constexpr std::size_t bus_id_size = 32;
constexpr std::size_t head_size = 48;
constexpr std::size_t longest = 64UL << 10U;

std::uint32_t big32(const usb::Bytes& from, std::size_t at) {
  return ntohl(static_cast<std::uint32_t>(from[at]) | static_cast<std::uint32_t>(from[at + 1]) << 8U |
               static_cast<std::uint32_t>(from[at + 2]) << 16U | static_cast<std::uint32_t>(from[at + 3]) << 24U);
}
void put32(usb::Bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

bool say(int socket, const usb::Bytes& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == std::ssize(bytes);
}
/// All of them, or nothing when the other side has gone.
usb::Bytes read_whole(int socket, std::size_t size) {
  usb::Bytes bytes(size);
  const auto got = ::recv(socket, bytes.data(), size, MSG_WAITALL);
  return got == static_cast<ssize_t>(size) ? bytes : usb::Bytes{};
}

int connected(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

How how_of(std::int32_t status) {
  switch (status) {
    case 0: return How::ack;
    case -32: return How::stall;
    case -75: return How::babble;
    default: return How::damaged;
  }
}

}  // namespace

std::vector<std::string> RemoteModel::offered(std::uint16_t port) {
  std::vector<std::string> ports;
  const int socket = connected(port);
  if (socket < 0) return ports;
  if (say(socket, {1, 0x11, 0x80, 5, 0, 0, 0, 0})) {
    const auto head = read_whole(socket, 12);
    for (std::uint32_t left = head.empty() ? 0 : big32(head, 8); left > 0; --left) {
      const auto offer = read_whole(socket, offer_size + 4);  // one interface each
      if (offer.empty()) break;
      const auto first = offer.begin() + bus_id_place;
      ports.emplace_back(first, std::find(first, first + bus_id_size, 0));
    }
  }
  ::close(socket);
  return ports;
}

std::shared_ptr<RemoteModel> RemoteModel::take(std::uint16_t port, const std::string& bus_id) {
  const int socket = connected(port);
  if (socket < 0) return nullptr;
  std::shared_ptr<RemoteModel> model(new RemoteModel(socket));
  usb::Bytes request{1, 0x11, 0x80, 3, 0, 0, 0, 0};
  request.insert(request.end(), bus_id.begin(), bus_id.end());
  request.resize(8 + bus_id_size);
  if (!say(socket, request) || read_whole(socket, 8 + offer_size).empty() || !model->look()) return nullptr;
  model->listener_ = std::jthread([self = model.get()] { self->listen(); });
  return model;
}

RemoteModel::~RemoteModel() {
  ::shutdown(socket_, SHUT_RDWR);
  if (listener_.joinable()) listener_.join();
  ::close(socket_);
}

usb::Bytes RemoteModel::descriptor(std::uint16_t value) {
  const usb::Bytes setup{0x80, 6, static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8U), 0, 0,
                         0xFF, 0};
  begin(true, 0, 0xFF, setup, {});
  auto answer = hear();
  return answer && answer->second.how == How::ack ? std::move(answer->second.bytes) : usb::Bytes{};
}

std::string RemoteModel::text(std::uint8_t number) {
  const auto bytes = descriptor(static_cast<std::uint16_t>(0x0300 | number));
  std::string text;
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) text += static_cast<char>(bytes[at]);
  return text;
}

/// What sysfs shows of it.
bool RemoteModel::look() {
  descriptors_ = descriptor(0x0100);
  const auto configuration = descriptor(0x0200);
  if (descriptors_.size() != 18 || configuration.size() < 18) return false;
  descriptors_.insert(descriptors_.end(), configuration.begin(), configuration.end());
  maker_ = text(1);
  product_ = text(2);
  serial_ = text(3);
  return true;
}

usb::Bytes RemoteModel::interface_descriptors() const { return {descriptors_.begin() + 18 + 9, descriptors_.end()}; }

void RemoteModel::answer_late(const Late& to) {
  const std::lock_guard lock(mutex_);
  late_ = to;
}

sim::UsbAnswer RemoteModel::begin(bool in, std::uint8_t endpoint, std::size_t length, const usb::Bytes& setup,
                                  const usb::Bytes& data) {
  const std::lock_guard lock(mutex_);
  const auto seq = ++seq_;
  ways_[seq] = in;
  usb::Bytes bytes;
  for (const auto value :
       {1U, seq, 1U, in ? 1U : 0U, endpoint & 0x0FU, 0U, static_cast<unsigned>(length), 0U, 0xFFFFFFFFU, 0U}) {
    put32(bytes, value);
  }
  bytes.insert(bytes.end(), setup.begin(), setup.end());
  bytes.resize(head_size);
  bytes.insert(bytes.end(), data.begin(), data.end());
  say(socket_, bytes);
  sim::UsbAnswer later;
  later.how = How::hang;
  later.ticket = seq;
  return later;
}

sim::UsbAnswer RemoteModel::on_control(const usb::ControlRequest& request, const usb::Bytes& data) {
  const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value); };
  const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8U); };
  const usb::Bytes setup{request.type,       request.request,     low(request.value),  high(request.value),
                         low(request.index), high(request.index), low(request.length), high(request.length)};
  const bool in = (request.type & 0x80U) != 0;
  return begin(in, 0, request.length, setup, in ? usb::Bytes{} : data);
}

sim::UsbAnswer RemoteModel::on_out(std::uint8_t endpoint, const usb::Bytes& data) {
  return begin(false, endpoint, data.size(), {}, data);
}

std::optional<sim::UsbAnswer> RemoteModel::on_in(std::uint8_t endpoint, std::size_t most) {
  return begin(true, endpoint, most, {}, {});
}

void RemoteModel::withdraw(std::uint32_t ticket) {
  const std::lock_guard lock(mutex_);
  usb::Bytes bytes;
  withdrawn_[++seq_] = ticket;
  for (const auto value : {2U, seq_, 1U, 0U, 0U, ticket}) put32(bytes, value);
  bytes.resize(head_size);
  say(socket_, bytes);
}

/// The next answer; that something was withdrawn has the ticket 0.
std::optional<std::pair<std::uint32_t, sim::UsbAnswer>> RemoteModel::hear() {
  const auto head = read_whole(socket_, head_size);
  if (head.empty()) return std::nullopt;
  const auto seq = big32(head, 4);
  const auto count = big32(head, 24);
  bool in = false;
  {
    const std::lock_guard lock(mutex_);
    if (big32(head, 0) != 3) {
      // Its transfer ended before, or never will.
      ways_.erase(std::exchange(withdrawn_[seq], 0));
      withdrawn_.erase(seq);
      return std::pair(0U, sim::UsbAnswer{});
    }
    in = ways_[seq];
    ways_.erase(seq);
  }
  sim::UsbAnswer answer;
  answer.how = how_of(static_cast<std::int32_t>(big32(head, 20)));
  answer.delay = {};
  if (in && count > 0) answer.bytes = read_whole(socket_, std::min<std::size_t>(count, longest));
  return std::pair(seq, std::move(answer));
}

void RemoteModel::listen() {
  while (auto answer = hear()) {
    Late late;
    {
      const std::lock_guard lock(mutex_);
      late = late_;
    }
    if (answer->first != 0 && late) late(answer->first, std::move(answer->second));
  }
  gone_ = true;
}

}  // namespace inspect::tests
