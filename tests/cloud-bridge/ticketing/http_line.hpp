#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace inspect::ticketing::test {

/// A connection to a port of this machine, used without any library of HTTP: the other side is what is tested.
class Line {
 public:
  explicit Line(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Line() { ::close(fd_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void send(const std::string& bytes) { (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  /// What comes until `mark` was seen, the other side closed, or ten seconds passed.
  std::string until(const std::string& mark) {
    std::string all;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (all.find(mark) == std::string::npos && std::chrono::steady_clock::now() < end) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, 200) <= 0) continue;
      char buffer[4096];
      const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) {
        closed_ = true;
        break;
      }
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  /// Takes what comes until the other side closes; false when it does not within ten seconds.
  bool ends() {
    (void)until(std::string(1, '\x01'));
    return closed_;
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int fd_;
  bool closed_ = false;
};

/// One request on a connection of its own: status line, headers and body.
inline std::string ask_once(std::uint16_t port, const std::string& request_line, const std::string& body = {}) {
  Line line(port);
  std::string request = request_line + " HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n";
  if (!body.empty()) {
    request +=
        "Content-Type: application/json\r\nX-Requested-With: test\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n";
  }
  line.send(request + "\r\n" + body);
  return line.until(std::string(1, '\x01'));
}

}  // namespace inspect::ticketing::test
