#include "firmware-agent/control/server.hpp"

#include "firmware-agent/control/refusals.hpp"
#include "firmware-agent/control/rows.hpp"
#include "firmware-agent/control/tracer.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// When the process has no descriptors left, asking at once again would only burn the processor.
constexpr std::chrono::milliseconds accept_pause{100};

/// The answer to a connection too many; its buffer is empty, so that one line always fits and nothing waits.
void turn_away(stream_protocol::socket& socket, std::size_t bound) {
  const auto line = control::encode_trouble(0, too_many_connections(bound)) + '\n';
  static_cast<void>(::send(socket.native_handle(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace

struct ControlServer::State {
  State(const asio::any_io_executor& loop, AgentView& agent, ServerSettings wanted, ListenSocket opened)
      : view(agent),
        settings(std::move(wanted)),
        file(std::move(opened)),
        acceptor(loop, stream_protocol(), file->release()),
        desk(agent, counters),
        tracer(agent, loop, [this](BusIndex bus, const control::TraceEvent& event, std::uint64_t dropped) {
          bool traced = false;
          for (const auto& session : sessions) traced = session->on_trace(bus, event, dropped) || traced;
          return traced;
        }) {}

  void tell_readings(std::span<const Reading> readings);
  void forget(const Session* session);

  AgentView& view;
  ServerSettings settings;
  std::optional<ListenSocket> file;
  control::SocketState counters;
  stream_protocol::acceptor acceptor;
  Desk desk;
  Tracer tracer;
  std::vector<std::shared_ptr<Session>> sessions;
};

void ControlServer::State::tell_readings(std::span<const Reading> readings) {
  const bool wanted = std::any_of(sessions.begin(), sessions.end(), [](const auto& one) { return one->watches(); });
  if (!wanted) return;
  const auto now = view.now();
  const auto& site = view.site();
  std::vector<control::ReadingNews> news;
  std::vector<PointIndex> points;
  for (const auto& reading : readings) {
    points.push_back(reading.point);
    news.push_back({site.device_of(reading.point).name, site.spec(reading.point).name, reading_row(reading, now)});
  }
  for (const auto& session : sessions) session->on_readings(news, points);
}

void ControlServer::State::forget(const Session* session) {
  std::erase_if(sessions, [session](const auto& one) { return one.get() == session; });
  counters.connections = sessions.size();
}

namespace {

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<Session> session) {
  co_await session->run();
  state->forget(session.get());
}

template <class State>
void welcome(const std::shared_ptr<State>& state, stream_protocol::socket socket) {
  if (state->sessions.size() >= state->settings.connections) {
    ++state->counters.refused;
    return turn_away(socket, state->settings.connections);
  }
  ++state->counters.accepted;
  auto session = std::make_shared<Session>(std::move(socket), state->desk, state->view.site(), state->counters,
                                           state->settings.session);
  session->on_trace_wanted([tracer = &state->tracer](BusIndex bus) { tracer->want(bus); });
  state->sessions.push_back(session);
  state->counters.connections = state->sessions.size();
  const auto loop = state->acceptor.get_executor();
  asio::co_spawn(loop, serve(state, std::move(session)), asio::detached);
}

template <class State>
asio::awaitable<void> accept_all(std::shared_ptr<State> state) {
  asio::steady_timer pause(state->acceptor.get_executor());
  while (state->acceptor.is_open()) {
    auto [error, socket] = co_await state->acceptor.async_accept(as_values);
    if (!error) {
      welcome(state, std::move(socket));
    } else if (state->acceptor.is_open()) {
      spdlog::warn("control: a connection could not be taken: {}", error.message());
      pause.expires_after(accept_pause);
      co_await pause.async_wait(as_values);
    }
  }
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::open(const asio::any_io_executor& loop, AgentView& view,
                                                           const ServerSettings& settings) {
  auto file = ListenSocket::open(settings.listen);
  if (!file) return std::move(file.error()).within("control socket");
  auto state = std::make_shared<State>(loop, view, settings, std::move(*file));
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(state)));
}

ControlServer::ControlServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

ControlServer::~ControlServer() { close(); }

void ControlServer::start() {
  auto* state = state_.get();
  state->view.on_readings([state](std::span<const Reading> readings) { state->tell_readings(readings); });
  state->view.on_finding([state](const FindingChange& change) {
    for (const auto& session : state->sessions) session->on_finding(change);
  });
  state->view.on_outbox([state] {
    for (const auto& session : state->sessions) session->on_outbox();
  });
  state->view.on_health([state](const HealthChange& change) {
    for (const auto& session : state->sessions) session->on_health(change);
  });
  asio::co_spawn(state->acceptor.get_executor(), accept_all(state_), asio::detached);
}

void ControlServer::close() {
  if (!state_->file) return;
  state_->view.on_readings({});
  state_->view.on_finding({});
  state_->view.on_outbox({});
  state_->view.on_health({});
  state_->tracer.stop();
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (const auto& session : state_->sessions) session->close();
  state_->file.reset();
}

const control::SocketState& ControlServer::counters() const { return state_->counters; }

}  // namespace inspect::agent
