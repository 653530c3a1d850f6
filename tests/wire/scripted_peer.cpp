#include "tests/wire/scripted_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace inspect::tests {

using Clock = std::chrono::steady_clock;

ScriptedPeer::ScriptedPeer(Kind kind, Script script) : kind_(kind), script_(std::move(script)) {
  kind_ == Kind::terminal ? open_terminal() : open_socket();
  thread_ = std::thread([this] { run(); });
}

ScriptedPeer::~ScriptedPeer() {
  stop_ = true;
  thread_.join();
  for (const auto descriptor : {listening_, wire_, keep_}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

void ScriptedPeer::open_terminal() {
  wire_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  std::array<char, 64> name{};
  if (wire_ < 0 || ::grantpt(wire_) != 0 || ::unlockpt(wire_) != 0 ||
      ::ptsname_r(wire_, name.data(), name.size()) != 0) {
    throw std::runtime_error("no pseudo-terminal");
  }
  path_ = name.data();
  keep_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios settings{};
  ::tcgetattr(keep_, &settings);
  ::cfmakeraw(&settings);
  ::tcsetattr(keep_, TCSANOW, &settings);
}

void ScriptedPeer::open_socket() {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listening_, generic, size) != 0 || ::listen(listening_, 8) != 0 ||
      ::getsockname(listening_, generic, &size) != 0) {
    throw std::runtime_error("no listening socket");
  }
  port_ = ntohs(address.sin_port);
}

void ScriptedPeer::hang_up() {
  if (kind_ == Kind::socket && wire_ >= 0) {
    ::close(wire_);
    wire_ = -1;
  }
  due_.clear();
  in_.clear();
}

void ScriptedPeer::run() {
  ::prctl(PR_SET_TIMERSLACK, 1);
  while (!stop_) {
    std::array<pollfd, 2> watched{{{wire_, POLLIN, 0}, {listening_, POLLIN, 0}}};
    auto wait = std::chrono::nanoseconds{std::chrono::milliseconds{20}};
    for (const auto& due : due_) wait = std::min<std::chrono::nanoseconds>(wait, due.at - Clock::now());
    wait = std::max(wait, std::chrono::nanoseconds{0});
    const timespec timeout{0, static_cast<long>(wait.count())};
    ::ppoll(watched.data(), watched.size(), &timeout, nullptr);
    if ((watched[1].revents & POLLIN) != 0) {
      hang_up();
      wire_ = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      const int one = 1;
      ::setsockopt(wire_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      ++connections_;
    }
    if (watched[0].revents != 0) read_questions();
    const auto now = Clock::now();
    std::stable_sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
    while (!due_.empty() && due_.front().at <= now) {
      const auto chunk = std::move(due_.front().chunk);
      due_.erase(due_.begin());
      if (chunk.close) {
        hang_up();
      } else if (wire_ >= 0) {
        const auto put = kind_ == Kind::socket ? ::send(wire_, chunk.bytes.data(), chunk.bytes.size(), MSG_NOSIGNAL)
                                               : ::write(wire_, chunk.bytes.data(), chunk.bytes.size());
        (void)put;  // whoever is gone does not hear it
      }
    }
  }
}

void ScriptedPeer::read_questions() {
  std::array<std::uint8_t, 600> bytes{};
  const auto got = ::read(wire_, bytes.data(), bytes.size());
  if (got <= 0) {
    if (kind_ == Kind::socket) hang_up();
    return;
  }
  in_.insert(in_.end(), bytes.begin(), bytes.begin() + got);
  for (auto length = whole_question(); length > 0; length = whole_question()) {
    ++questions_;
    const auto now = Clock::now();
    for (auto& chunk : script_(modbus::BytesView(in_).first(length)))
      due_.push_back({now + chunk.after, std::move(chunk)});
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(length));
  }
}

std::size_t ScriptedPeer::whole_question() const {
  std::size_t length = 8;
  if (kind_ == Kind::socket) {
    if (in_.size() < 6) return 0;
    length = 6U + static_cast<std::size_t>((in_[4] << 8) | in_[5]);
  } else if (in_.size() > 6 && (in_[1] == 15 || in_[1] == 16)) {
    length = 9U + in_[6];
  }
  return in_.size() >= length ? length : 0;
}

}  // namespace inspect::tests
