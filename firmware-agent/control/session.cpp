#include "firmware-agent/control/session.hpp"

#include "firmware-agent/control/refusals.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

}  // namespace

Session::Session(Socket socket, Desk& desk, const Site& site, control::SocketState& counters,
                 const SessionLimits& limits)
    : socket_(std::move(socket)),
      desk_(desk),
      site_(site),
      counters_(counters),
      limits_(limits),
      room_(socket_.get_executor()),
      idle_(socket_.get_executor()),
      write_(socket_.get_executor()) {}

asio::awaitable<void> Session::run() {
  const auto peer = peer_of(socket_.native_handle());
  if (!peer) co_return close();
  peer_ = *peer;
  std::array<char, 4096> buffer{};
  while (socket_.is_open()) {
    rest();
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer), as_values);
    if (error) break;
    lines_.feed({buffer.data(), count});
    while (auto line = lines_.next()) {
      idle_.cancel();
      resting_ = false;
      co_await take(std::move(*line));
      if (!socket_.is_open()) break;
    }
  }
  close();
}

void Session::close() {
  error_code ignored;
  socket_.close(ignored);
  room_.cancel();
  idle_.cancel();
  write_.cancel();
  watches_.clear();
  traces_.clear();
  awaiting_rows_.clear();
}

void Session::rest() {
  // Half a line is not a request: only a whole one puts the end off.
  if (resting_ || subscriptions() > 0) return;
  resting_ = true;
  idle_.expires_after(limits_.idle);
  idle_.async_wait([self = weak_from_this()](error_code error) {
    const auto session = self.lock();
    if (error || !session) return;
    ++session->counters_.timed_out;
    session->close();
  });
}

asio::awaitable<void> Session::take(control::LineSplitter::Line line) {
  if (line.overlong) {
    ++counters_.overlong;
    refuse(0, overlong_line());
  } else {
    auto request = control::decode_request(line.text);
    if (auto* good = std::get_if<control::Request>(&request)) {
      ++counters_.requests;
      co_await answer(std::move(*good));
    } else {
      const auto& bad = std::get<control::BadRequest>(request);
      refuse(bad.id, bad.trouble);
    }
  }
  co_await room();
}

void Session::refuse(std::uint64_t id, const control::Trouble& trouble) {
  send(control::encode_trouble(id, trouble));
  if (trouble.code != control::Refusal::malformed) return;
  ++counters_.malformed;
  if (++malformed_ == 1) {
    spdlog::warn("control: {} (uid {}, pid {}); more of this connection are only counted", trouble.message.en,
                 peer_.uid, peer_.pid);
  }
  if (malformed_ >= limits_.malformed) close();
}

asio::awaitable<void> Session::answer(control::Request request) {
  if (!may_subscribe(request)) {
    co_return refuse(request.id, too_many_subscriptions(limits_.subscriptions));
  }
  const auto outcome = co_await desk_.serve(request.ask, peer_);
  if (const auto* trouble = std::get_if<control::Trouble>(&outcome)) co_return refuse(request.id, *trouble);
  auto line = control::encode_answer(request.id, std::get<control::Data>(outcome));
  if (!line) co_return refuse(request.id, not_encodable(line.error()));
  send(std::move(*line));
  // From here on events follow; nothing was suspended since the rows of the answer were read.
  subscribe(request);
}

bool Session::may_subscribe(const control::Request& request) {
  const bool wants = std::holds_alternative<control::AskWatch>(request.ask) ||
                     std::holds_alternative<control::AwaitRows>(request.ask) ||
                     std::holds_alternative<control::AskTrace>(request.ask);
  return !wants || subscriptions() < limits_.subscriptions;
}

void Session::subscribe(const control::Request& request) {
  if (std::holds_alternative<control::AwaitRows>(request.ask)) awaiting_rows_.push_back(request.id);
  if (const auto* trace = std::get_if<control::AskTrace>(&request.ask)) {
    const auto bus = find_bus(site_, trace->bus);
    if (!bus) return;
    traces_.push_back({request.id, *bus, 0});
    if (trace_wanted_) trace_wanted_(*bus);
  }
  const auto* ask = std::get_if<control::AskWatch>(&request.ask);
  if (ask == nullptr) return;
  const auto found = find_target(site_, ask->target);
  const auto* target = std::get_if<Target>(&found);
  if (target == nullptr) return;
  Watch watch{request.id, *target, std::vector<bool>(site_.points.size(), false), 0};
  for (const auto point : points_of(site_, *target)) watch.points[at(point)] = true;
  watches_.push_back(std::move(watch));
}

void Session::on_readings(std::span<const control::ReadingNews> news, std::span<const PointIndex> points) {
  for (auto& watch : watches_) {
    control::ReadingsEvent event;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (watch.points[at(points[i])]) event.readings.push_back(news[i]);
    }
    if (!event.readings.empty()) tell(watch.id, watch.dropped, std::move(event));
  }
}

void Session::on_finding(const FindingChange& change) {
  for (auto& watch : watches_) {
    if (concerns(site_, watch.target, change.finding.id)) tell(watch.id, watch.dropped, control::FindingNews{change});
  }
}

void Session::on_health(const HealthChange& change) {
  const auto& device = site_.devices[at(change.device)];
  const control::HealthEvent event{device.name, change.before, change.after, change.at.wall};
  for (auto& watch : watches_) {
    if (!watch.target.device || watch.target.device == change.device) tell(watch.id, watch.dropped, event);
  }
  for (auto& trace : traces_) {
    if (trace.bus == device.bus) tell(trace.id, trace.dropped, event);
  }
}

void Session::on_outbox() {
  if (awaiting_rows_.empty()) return;
  rows_added_ = true;
  pump();
}

bool Session::on_trace(BusIndex bus, const control::TraceEvent& event, std::uint64_t dropped) {
  bool traces = false;
  for (auto& trace : traces_) {
    if (trace.bus != bus) continue;
    traces = true;
    trace.dropped += dropped;
    if (!event.records.empty()) tell(trace.id, trace.dropped, event, event.records.size());
  }
  return traces;
}

/// `dropped`: what the subscription has lost so far, told with the next event that fits. `weight`: what this one
/// counts.
void Session::tell(std::uint64_t id, std::uint64_t& dropped, control::News news, std::uint64_t weight) {
  auto line = control::encode_event({id, dropped, std::move(news)});
  if (!line || outgoing_bytes_ + line->size() > limits_.buffered) {
    dropped += weight;
    ++counters_.dropped_events;
    return;
  }
  dropped = 0;
  send(std::move(*line));
}

void Session::send(std::string line) {
  if (!socket_.is_open()) return;
  line += '\n';
  outgoing_bytes_ += line.size();
  outgoing_.push_back(std::move(line));
  pump();
}

/// Added rows are told when the reader has taken everything before: however slow it is, at most one such event waits.
void Session::tell_rows_added() {
  if (!std::exchange(rows_added_, false)) return;
  for (const auto id : awaiting_rows_) {
    if (auto line = control::encode_event({id, 0, control::RowsAdded{}}); line) {
      outgoing_bytes_ += line->size() + 1;
      outgoing_.push_back(std::move(*line) + '\n');
    }
  }
}

void Session::pump() {
  if (writing_ || !socket_.is_open()) return;
  if (outgoing_.empty()) tell_rows_added();
  if (outgoing_.empty()) return;
  writing_ = true;
  write_.expires_after(limits_.write);
  write_.async_wait([self = weak_from_this()](error_code error) {
    const auto session = self.lock();
    if (error || !session) return;
    ++session->counters_.timed_out;
    session->close();
  });
  asio::async_write(socket_, asio::buffer(outgoing_.front()),
                    [self = shared_from_this()](error_code error, std::size_t /*count*/) {
                      self->writing_ = false;
                      self->write_.cancel();
                      self->outgoing_bytes_ -= self->outgoing_.front().size();
                      self->outgoing_.pop_front();
                      self->room_.cancel();
                      if (error) return self->close();
                      self->pump();
                    });
}

/// Waits until a slow reader has taken enough that another answer may be made for it.
asio::awaitable<void> Session::room() {
  while (socket_.is_open() && outgoing_bytes_ > limits_.buffered) {
    room_.expires_at(asio::steady_timer::time_point::max());
    co_await room_.async_wait(as_values);
  }
}

}  // namespace inspect::agent
