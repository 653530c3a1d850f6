#include "cloud-bridge/ticketing/http/server.hpp"

#include "tests/cloud-bridge/ticketing/http_line.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <future>
#include <memory>
#include <thread>

using namespace inspect::ticketing;
using inspect::ticketing::test::Line;
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
  ~House() { end(); }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void publish(std::string text) {
    boost::asio::post(loop_, [this, text = std::move(text)] { hub_.publish("ticket", text); });
  }
  void end() {
    boost::asio::post(loop_, [this] { server_->stop(); });
    if (thread_.joinable()) thread_.join();
  }
  /// Asked on the loop, where they live.
  std::size_t watchers() {
    return on_loop([this] { return hub_.watchers(); });
  }
  std::size_t connections() {
    return on_loop([this] { return server_->connections(); });
  }
  bool until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      if (condition()) return true;
      ::poll(nullptr, 0, 5);
    }
    return false;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  template <class F>
  std::size_t on_loop(F look) {
    std::promise<std::size_t> answer;
    boost::asio::post(loop_, [&] { answer.set_value(look()); });
    return answer.get_future().get();
  }
  static boost::asio::awaitable<WebResponse> echo(WebRequest request) {
    WebResponse response;
    if (request.target == "/large") response.body = std::string(64U * 1024 * 1024, 'l');
    if (request.target == "/large") co_return response;
    response.body = request.method + " " + request.target + " " + std::to_string(request.body.size());
    co_return response;
  }

  boost::asio::io_context loop_;
  EventHub hub_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
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

TEST_CASE("connections over the bound are closed at once when those before it are at work") {
  const House house({.most_connections = 2});
  Line one(house.port()), two(house.port());
  for (auto* line : {&one, &two}) {
    line->send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(holds(line->until("event: hello"), " 200 "));
  }
  Line three(house.port());
  CHECK(three.until("x").empty());
  CHECK(three.closed());
  CHECK_FALSE(one.closed());
}

TEST_CASE("a full house gives the place of whoever said nothing for longest to whoever knocks") {
  House house({.most_connections = 3});
  Line watching(house.port());
  watching.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(watching.until("event: hello"), " 200 "));
  Line halfway(house.port());
  halfway.send("GET / HTT");
  CHECK(house.until([&] { return house.connections() == 2; }));
  Line polite(house.port());
  polite.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(polite.until("GET /1 0"), " 200 "));
  CHECK(holds(ask(house, "GET /new HTTP/1.1\r\nHost: a\r\n\r\n", "GET /new 0"), " 200 "));
  CHECK(halfway.ends());
  polite.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(polite.until("GET /again 0"), " 200 "));
  house.publish("{}");
  CHECK(holds(watching.until("event: ticket"), "event: ticket"));
}

TEST_CASE("hundreds that connect and say nothing shut nobody out") {
  House house;
  std::vector<std::unique_ptr<Line>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<Line>(house.port()));
  for (int i = 0; i < 20; ++i) {
    CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0"), " 200 "));
  }
  CHECK(silent[0]->ends());
  CHECK(house.connections() <= 256);
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
  REQUIRE(house.watchers() == 1);
  for (int i = 0; i < 2000; ++i) house.publish("{\"text\":\"" + std::string(16 * 1024, 'x') + "\"}");
  CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0"), " 200 "));
  CHECK(house.until([&] { return house.watchers() == 0 && house.connections() == 0; }));
}

TEST_CASE("a page that reads is not dropped because another does not") {
  House house({.request_limit = std::chrono::seconds(1)});
  Line deaf(house.port()), keen(house.port());
  for (auto* line : {&deaf, &keen}) {
    line->send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)line->until("event: hello");
  }
  for (int i = 0; i < 1000; ++i) {
    house.publish("{\"n\":" + std::to_string(i) + ",\"text\":\"" + std::string(16 * 1024, 'x') + "\"}");
    if (i % 50 == 49) REQUIRE(holds(keen.until("\"n\":" + std::to_string(i) + ","), "event: ticket"));
  }
  CHECK(house.until([&] { return house.watchers() == 1; }));
  house.publish("{\"last\":true}");
  CHECK(holds(keen.until("{\"last\":true}\n\n"), "last"));
}

TEST_CASE("the sixty-fifth page that watches is asked to come later, and finds a place when one has gone") {
  House house;
  std::vector<std::unique_ptr<Line>> pages;
  for (std::size_t i = 0; i < EventHub::most_watchers; ++i) {
    pages.push_back(std::make_unique<Line>(house.port()));
    pages.back()->send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(holds(pages.back()->until("event: hello"), "event: hello"));
  }
  const auto full = ask(house, "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(full, " 503 "));
  CHECK(holds(full, "Retry-After: 30"));
  pages.pop_back();
  // The one that left is noticed when it is written to.
  CHECK(house.until([&] {
    house.publish("{}");
    return house.watchers() < EventHub::most_watchers;
  }));
  CHECK(holds(ask(house, "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n", "event: hello"), "event: hello"));
}

TEST_CASE("the service ends while pages watch, one waits between requests and one is in the middle of one") {
  House house;
  Line watching(house.port()), idle(house.port()), halfway(house.port());
  watching.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)watching.until("event: hello");
  idle.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(idle.until("GET /1 0"), " 200 "));
  halfway.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(house.until([&] { return house.connections() == 3; }));
  const auto begun = std::chrono::steady_clock::now();
  house.end();
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
  CHECK(watching.ends());
  CHECK(idle.ends());
  CHECK(halfway.ends());
}

TEST_CASE("one that asks for much and never reads it is cut off, and frees its place") {
  House house({.request_limit = std::chrono::seconds(1)});
  Line deaf(house.port());
  deaf.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(house.until([&] { return house.connections() == 1; }));
  CHECK(holds(ask(house, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x 0"), " 200 "));
  CHECK(house.until([&] { return house.connections() == 0; }));
}

TEST_CASE("one that says nothing between requests is cut off") {
  House house({.idle_limit = std::chrono::seconds(1)});
  Line silent(house.port()), polite(house.port());
  polite.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(holds(polite.until("GET /1 0"), " 200 "));
  CHECK(silent.ends());
  CHECK(polite.ends());
  CHECK(house.until([&] { return house.connections() == 0; }));
}

TEST_CASE("a body that dribbles is cut off though each byte comes in time") {
  House house({.request_limit = std::chrono::seconds(1)});
  Line slow(house.port());
  slow.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(house.until([&] {
    slow.send("b");
    return house.connections() == 0;
  }));
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("a HEAD has the length of what a GET would bring, and no body") {
  const House house;
  Line line(house.port());
  line.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto both = line.until("GET /y 0");
  CHECK(holds(both, "Content-Length: 9\r\n"));
  CHECK_FALSE(holds(both, "HEAD /x 0"));
}

TEST_CASE("a connection ends after a thousand requests, so that none is kept for ever") {
  const House house;
  Line line(house.port());
  const std::string one = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  std::size_t answers = 0;
  for (int i = 0; i < 1100 && !line.closed(); ++i) {
    line.send(one);
    if (holds(line.until("GET /x 0"), "GET /x 0")) ++answers;
  }
  CHECK(answers == 1000);
  CHECK(line.closed());
}

TEST_CASE("an old client that asks for no connection is answered and let go") {
  const House house;
  Line line(house.port());
  line.send("GET /old HTTP/1.0\r\n\r\n");
  CHECK(holds(line.until("GET /old 0"), " 200 "));
  CHECK(line.ends());
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
