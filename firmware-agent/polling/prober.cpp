#include "firmware-agent/polling/prober.hpp"

#include "drivers/bus/clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Pieces of listening are no longer than this, so that a poll that becomes due is not kept waiting, …
constexpr auto longest_listening = 100ms;
/// … and not shorter: idle time below it is left to the polls, which hear, too.
constexpr auto shortest_listening = 20ms;
/// So long one search waits for the question of another; one that was just ended has one on its way.
constexpr auto longest_turn = 15s;

}  // namespace

Prober::Prober(drivers::Bus& bus, Poller& poller, const asio::any_io_executor& loop)
    : bus_(bus), poller_(poller), done_(loop), free_(loop) {}

asio::awaitable<Result<SearchAnswer>> Prober::ask(modbus::Request request) {
  if (!modbus::is_read(request.function)) co_return fail(Errc::not_permitted, "a search only reads");
  const auto asked = drivers::boot_now();
  boost::system::error_code ignored;
  while (open_ && !stopping_ && drivers::boot_now() < asked + longest_turn) {
    free_.expires_after(1s);
    co_await free_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (stopping_) co_return fail(Errc::bus_unavailable, "the agent stops");
  if (open_) co_return fail(Errc::device_busy, "another search is under way on this bus");
  const auto now = drivers::boot_now();
  if (last_ == BootTime{} || now - last_ > search_over) begin(now);
  open_ = std::move(request);
  outcome_.reset();
  done_.expires_at(std::chrono::steady_clock::time_point::max());
  poller_.receive(*this);
  co_await done_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  poller_.leave(*this);
  open_.reset();
  free_.cancel();
  if (!outcome_) co_return fail(Errc::bus_unavailable, "the agent stops");
  co_return *std::exchange(outcome_, std::nullopt);
}

void Prober::begin(BootTime now) {
  last_ = now;
  listening_until_ = now + listen_first;
  foreign_ = bus_.counters().foreign;
  noise_ = bus_.counters().noise_bytes;
}

std::optional<Error> Prober::disturbed() const {
  if (bus_.counters().foreign > foreign_) return fail(Errc::foreign_frame, "another master is heard");
  if (bus_.counters().noise_bytes - noise_ >= most_noise) return fail(Errc::corrupt_frame, "the bus is noisy");
  return std::nullopt;
}

bool Prober::wants(BootTime now, BootTime idle_until) const {
  if (!open_ || outcome_) return false;
  if (now < listening_until_) return idle_until - now >= shortest_listening;
  return pace_.may_ask(now, idle_until);
}

BootTime Prober::next(BootTime now) const {
  if (!open_ || outcome_) return BootTime::max();
  return now < listening_until_ ? listening_until_ : pace_.paid();
}

asio::awaitable<void> Prober::visit(BootTime idle_until) {
  const auto now = drivers::boot_now();
  last_ = now;
  if (now < listening_until_) co_return co_await listen(std::min(idle_until, listening_until_));
  if (auto error = disturbed()) {
    last_ = {};  // the next question begins anew, and listens
    co_return finish(std::move(*error));
  }
  drivers::AnswerLimits limits;
  limits.answer = search_patience;
  auto answer = co_await bus_.transact(*open_, limits);
  const auto after = drivers::boot_now();
  pace_.asked(now, after);
  if (answer) co_return finish(SearchAnswer{std::move(*answer), after - now});
  // What is damaged or another's is no answer, and silence is one to a search.
  const auto code = answer.error().code;
  if (code == Errc::bus_unavailable || code == Errc::invalid_argument) co_return finish(answer.error());
  finish(SearchAnswer{std::nullopt, after - now});
}

asio::awaitable<void> Prober::listen(BootTime until) {
  const auto heard = co_await bus_.listen(std::min(until, drivers::boot_now() + longest_listening));
  if (!heard) finish(heard.error());
}

void Prober::finish(Result<SearchAnswer> outcome) {
  outcome_ = std::move(outcome);
  done_.cancel();
}

void Prober::stop() {
  stopping_ = true;
  done_.cancel();
  free_.cancel();
}

}  // namespace inspect::agent
