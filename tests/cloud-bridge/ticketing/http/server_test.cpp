#include "cloud-bridge/ticketing/http/server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <thread>

using namespace inspect::ticketing;
using namespace std::chrono_literals;

namespace {

/// The server on a loop of its own, answering what it was asked.
class House {
 public:
  explicit House(ServerOptions options = {}) {
    options.port = 0;
    server_ = std::make_unique<Server>(loop_.get_executor(), options, hub_,
                                       [](WebRequest request) { return echo(std::move(request)); });
    REQUIRE(server_->start().has_value());
    port_ = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~House() {
    boost::asio::post(loop_, [this] { server_->stop(); });
    thread_.join();
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void publish(std::string text) {
    boost::asio::post(loop_, [this, text = std::move(text)] { hub_.publish("ticket", text); });
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static boost::asio::awaitable<WebResponse> echo(WebRequest request) {
    WebResponse response;
    response.body = request.method + " " + request.target + " " + std::to_string(request.body.size());
    co_return response;
  }

  boost::asio::io_context loop_;
  EventHub hub_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

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
    const auto end = std::chrono::steady_clock::now() + 10s;
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
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int fd_;
  bool closed_ = false;
};

std::string ask(const House& house, const std::string& bytes, const std::string& mark = "\r\n\r\n") {
  Line line(house.port());
  line.send(bytes);
  return line.until(mark);
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a request is answered, with the headers every answer carries") {
  const House house;
  const auto answer = ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0");
  CHECK(holds(answer, "HTTP/1.1 200"));
  CHECK(holds(answer, "GET /x 0"));
  for (const auto* header : {"Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff",
                             "frame-ancestors 'none'", "Cache-Control: no-store", "Referrer-Policy: no-referrer"}) {
    CAPTURE(header);
    CHECK(holds(answer, header));
  }
}

TEST_CASE("one connection serves many requests, also when they come in one piece") {
  const House house;
  Line line(house.port());
  line.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(line.until("GET /2 0"), "GET /1 0"));
}

TEST_CASE("bodies over 64 KiB and headers over 8 KiB are refused, not read") {
  const House house;
  CHECK(holds(ask(house, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n"), " 413 "));
  CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"), " 431 "));
  CHECK(holds(
      ask(house, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'b'), "65536"),
      "POST /x 65536"));
}

TEST_CASE("what is no HTTP is refused, and the next one is served") {
  const House house;
  for (const std::string bytes :
       {"\x16\x03\x01\x02\x00\x01", "GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CAPTURE(bytes);
    Line line(house.port());
    line.send(bytes + std::string(16, '\n'));
    CHECK_FALSE(holds(line.until("\r\n\r\n"), " 200 "));
  }
  CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0"), " 200 "));
}

TEST_CASE("one that dribbles a request is cut off") {
  const House house({.request_limit = std::chrono::seconds(1)});
  Line line(house.port());
  line.send("GET / HTT");
  CHECK(line.until("\r\n\r\n").empty());
  CHECK(line.closed());
}

TEST_CASE("connections over the bound are closed at once, those before it live") {
  const House house({.most_connections = 2});
  Line one(house.port()), two(house.port());
  one.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  two.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(one.until("GET /1 0"), " 200 "));
  CHECK(holds(two.until("GET /2 0"), " 200 "));
  Line three(house.port());
  CHECK(three.until("x").empty());
  CHECK(three.closed());
  one.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(one.until("GET /again 0"), " 200 "));
}

TEST_CASE("a stream of events says hello, carries what happens, and beats when nothing does") {
  House house({.heartbeat = std::chrono::seconds(1)});
  Line line(house.port());
  line.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = line.until("event: hello");
  CHECK(holds(head, "Content-Type: text/event-stream"));
  CHECK(holds(head, "Cache-Control: no-store"));
  house.publish("{\"number\":\"T-1\"}");
  CHECK(holds(line.until("T-1\"}\n\n"), "event: ticket\ndata: {\"number\":\"T-1\"}\n\n"));
  CHECK(holds(line.until(": beat"), ": beat"));
}

TEST_CASE("a page that watches and never reads is dropped, and nobody waits for it") {
  House house({.request_limit = std::chrono::seconds(1)});
  Line deaf(house.port());
  deaf.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)deaf.until("event: hello");
  for (int i = 0; i < 2000; ++i) house.publish("{\"text\":\"" + std::string(16 * 1024, 'x') + "\"}");
  CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0"), " 200 "));
}

TEST_CASE("an address that is taken or none is an error with its name") {
  const House house;
  boost::asio::io_context loop;
  EventHub hub;
  Server second(loop.get_executor(), {.port = house.port()}, hub, nullptr);
  const auto taken = second.start();
  REQUIRE_FALSE(taken.has_value());
  CHECK(holds(taken.error().message, std::to_string(house.port())));
  Server nowhere(loop.get_executor(), {.address = "not an address"}, hub, nullptr);
  CHECK_FALSE(nowhere.start().has_value());
}
