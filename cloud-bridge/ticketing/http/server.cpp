#include "cloud-bridge/ticketing/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

namespace inspect::ticketing {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::uint32_t largest_header = 8 * 1024;
constexpr std::uint64_t largest_body = std::uint64_t{64} * 1024;
constexpr std::size_t most_requests = 1000;  ///< on one connection
constexpr std::string_view events_path = "/api/v1/events";

/// The headers the handlers look at; the others stay outside.
constexpr std::array<const char*, 4> passed_headers{"host", "origin", "content-type", "x-requested-with"};

auto into(boost::system::error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

WebRequest web_request(const http::request<http::string_body>& request) {
  WebRequest out;
  out.method = std::string(request.method_string());
  out.target = std::string(request.target());
  for (const auto* name : passed_headers) {
    const auto value = request[name];
    if (!value.empty()) out.headers[name] = std::string(value);
  }
  out.body = request.body();
  return out;
}

template <class Message>
void set_common(Message& message) {
  for (const auto& [name, value] : security_headers()) message.set(name, value);
}

http::response<http::string_body> http_response(WebResponse web, unsigned version, bool keep_alive, bool head) {
  http::response<http::string_body> out{static_cast<http::status>(web.status), version};
  set_common(out);
  out.set(http::field::content_type, web.type);
  for (const auto& [name, value] : web.headers) out.set(name, value);
  out.keep_alive(keep_alive);
  const auto size = web.body.size();
  if (!head) out.body() = std::move(web.body);
  out.content_length(size);
  return out;
}

/// What a request that could not be read is answered with; nothing when the other side simply went.
std::optional<WebResponse> refusal(const boost::system::error_code& failed) {
  if (failed == http::error::body_limit) return problem(413, "Content Too Large", "at most 64 KiB", "");
  if (failed == http::error::header_limit) return problem(431, "Request Header Fields Too Large", "at most 8 KiB", "");
  if (failed == beast::error::timeout || failed == http::error::end_of_stream ||
      failed.category() != make_error_code(http::error::end_of_stream).category()) {
    return std::nullopt;
  }
  return problem(400, "Bad Request", "this is no HTTP request", "");
}

}  // namespace

struct Server::Core : std::enable_shared_from_this<Core> {
  Core(const asio::any_io_executor& executor, ServerOptions settings, EventHub& events, Handler handle)
      : loop(executor), options(std::move(settings)), hub(events), handler(std::move(handle)), acceptor(executor) {}

  asio::awaitable<void> accept();
  asio::awaitable<void> session(std::shared_ptr<beast::tcp_stream> stream);
  /// Takes the place of the connection that has kept us waiting longest. False when every one is at work.
  bool make_room();
  /// False when the connection is to be closed.
  asio::awaitable<bool> exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                 std::optional<Instant>& waiting);
  asio::awaitable<void> watch(beast::tcp_stream& stream, unsigned version);
  asio::awaitable<void> feed(beast::tcp_stream& stream, EventHub::WatcherId id, asio::steady_timer& bell);
  asio::awaitable<bool> write(beast::tcp_stream& stream, http::response<http::string_body>& response);
  asio::awaitable<bool> write(beast::tcp_stream& stream, const std::string& bytes);

  asio::any_io_executor loop;
  ServerOptions options;
  EventHub& hub;
  Handler handler;
  tcp::acceptor acceptor;
  /// Since when the other side has to say something; nothing: it is our turn, or a stream of events.
  std::map<std::shared_ptr<beast::tcp_stream>, std::optional<Instant>> streams;
  bool stopped = false;
};

asio::awaitable<bool> Server::Core::write(beast::tcp_stream& stream, http::response<http::string_body>& response) {
  boost::system::error_code failed;
  stream.expires_after(options.request_limit);
  const bool keep = response.keep_alive();
  co_await http::async_write(stream, response, into(failed));
  co_return !failed && keep;
}

asio::awaitable<bool> Server::Core::write(beast::tcp_stream& stream, const std::string& bytes) {
  boost::system::error_code failed;
  stream.expires_after(options.request_limit);
  co_await asio::async_write(stream, asio::buffer(bytes), into(failed));
  co_return !failed;
}

/// Sends what waits, and a comment when nothing did for a while: a dead browser shows when it is written to.
asio::awaitable<void> Server::Core::feed(beast::tcp_stream& stream, EventHub::WatcherId id, asio::steady_timer& bell) {
  while (!stopped) {
    auto bytes = hub.drain(id);
    if (!bytes) co_return;
    if (bytes->empty()) {
      boost::system::error_code rung;
      bell.expires_after(options.heartbeat);
      co_await bell.async_wait(into(rung));
      if (!rung) *bytes = ": beat\n\n";
    }
    if (!bytes->empty() && !co_await write(stream, *bytes)) co_return;
  }
}

asio::awaitable<void> Server::Core::watch(beast::tcp_stream& stream, unsigned version) {
  const auto bell = std::make_shared<asio::steady_timer>(loop);
  const auto id = hub.join([weak = std::weak_ptr(bell)] {
    if (const auto alive = weak.lock()) alive->cancel();
  });
  if (!id) {
    auto full = problem(503, "Service Unavailable", "too many pages watch already; try again soon", events_path);
    full.headers.emplace_back("Retry-After", "30");
    auto response = http_response(std::move(full), version, false, false);
    co_await write(stream, response);
    co_return;
  }
  http::response<http::empty_body> head{http::status::ok, version};
  set_common(head);
  head.set(http::field::content_type, "text/event-stream");
  head.set("X-Accel-Buffering", "no");
  head.keep_alive(false);
  http::response_serializer<http::empty_body> serializer{head};
  boost::system::error_code failed;
  co_await http::async_write_header(stream, serializer, into(failed));
  const std::string hello = "retry: 2000\n\nevent: hello\ndata: {}\n\n";
  if (!failed && co_await write(stream, hello)) {
    co_await feed(stream, *id, *bell);
  }
  hub.leave(*id);
}

asio::awaitable<bool> Server::Core::exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                             std::optional<Instant>& waiting) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(largest_header);
  parser.body_limit(largest_body);
  boost::system::error_code failed;
  waiting = std::chrono::steady_clock::now();
  if (buffer.size() == 0) {
    // Waiting for the next request may take longer than reading one.
    stream.expires_after(options.idle_limit);
    const auto read = co_await stream.async_read_some(buffer.prepare(4096), into(failed));
    buffer.commit(read);
  }
  stream.expires_after(options.request_limit);
  if (!failed) co_await http::async_read(stream, buffer, parser, into(failed));
  waiting.reset();
  if (failed) {
    if (auto refused = refusal(failed)) {
      auto response = http_response(std::move(*refused), 11, false, false);
      co_await write(stream, response);
    }
    co_return false;
  }
  const auto& request = parser.get();
  const auto version = request.version();
  const bool head = request.method() == http::verb::head;
  const auto target = request.target();
  if (request.method() == http::verb::get && target.substr(0, target.find('?')) == events_path) {
    co_await watch(stream, version);
    co_return false;
  }
  stream.expires_never();
  // Named, not temporaries of the co_await: GCC 12 destroys some of those twice.
  auto asked = web_request(request);
  auto answer = co_await handler(std::move(asked));
  auto response = http_response(std::move(answer), version, request.keep_alive(), head);
  co_return co_await write(stream, response);
}

asio::awaitable<void> Server::Core::session(std::shared_ptr<beast::tcp_stream> stream) {
  const auto self = shared_from_this();
  beast::flat_buffer buffer(largest_header + largest_body + 4096);
  auto& waiting = streams.at(stream);  // a node stays where it is until it is erased
  for (std::size_t i = 0; i < most_requests && !stopped; ++i) {
    bool more = false;
    try {
      more = co_await exchange(*stream, buffer, waiting);
    } catch (const std::exception&) {
      // Out of memory or a bound of the buffer: this connection ends, the others do not notice.
    }
    if (!more) break;
  }
  boost::system::error_code ignored;
  stream->socket().shutdown(tcp::socket::shutdown_send, ignored);
  streams.erase(stream);
}

bool Server::Core::make_room() {
  auto longest = streams.end();
  for (auto each = streams.begin(); each != streams.end(); ++each) {
    if (!each->second) continue;
    if (longest == streams.end() || *each->second < *longest->second) longest = each;
  }
  if (longest == streams.end()) return false;
  // Its session ends a turn of the loop later; it is not to be chosen twice.
  longest->second.reset();
  longest->first->close();
  return true;
}

asio::awaitable<void> Server::Core::accept() {
  const auto self = shared_from_this();
  asio::steady_timer pause(loop);
  while (!stopped) {
    boost::system::error_code failed;
    auto socket = co_await acceptor.async_accept(into(failed));
    if (failed == asio::error::operation_aborted) co_return;
    if (failed) {
      // No descriptors left, for instance: trying again at once would only burn the processor.
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(into(failed));
      continue;
    }
    if (streams.size() >= options.most_connections && !make_room()) continue;
    const auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
    streams.emplace(stream, std::chrono::steady_clock::now());
    asio::co_spawn(loop, session(stream), asio::detached);
  }
}

Server::Server(const asio::any_io_executor& loop, ServerOptions options, EventHub& hub, Handler handler)
    : core_(std::make_shared<Core>(loop, std::move(options), hub, std::move(handler))) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
  boost::system::error_code failed;
  const auto address = asio::ip::make_address(core_->options.address, failed);
  const tcp::endpoint endpoint(address, core_->options.port);
  if (!failed) core_->acceptor.open(endpoint.protocol(), failed);
  if (!failed) core_->acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) core_->acceptor.bind(endpoint, failed);
  if (!failed) core_->acceptor.listen(128, failed);
  if (failed) {
    return fail(Errc::bus_unavailable, "http: cannot listen on " + core_->options.address + " port " +
                                           std::to_string(core_->options.port) + ": " + failed.message());
  }
  asio::co_spawn(core_->loop, core_->accept(), asio::detached);
  return {};
}

void Server::stop() {
  core_->stopped = true;
  boost::system::error_code ignored;
  core_->acceptor.close(ignored);
  for (const auto& [stream, waiting] : core_->streams) stream->close();
  core_->hub.wake_all();
}

std::uint16_t Server::port() const {
  boost::system::error_code failed;
  return core_->acceptor.local_endpoint(failed).port();
}

std::size_t Server::connections() const { return core_->streams.size(); }

}  // namespace inspect::ticketing
