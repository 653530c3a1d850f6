#include "drivers/bus/wire.hpp"

#include "drivers/bus/clock.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>

namespace inspect::drivers {

namespace asio = boost::asio;

namespace {

/// No computer is kept busy waiting for longer than this.
constexpr std::chrono::microseconds longest_spin{50};

}  // namespace

void Wire::adopt(int descriptor, Kind kind) {
  let_go();
  kind_ = kind;
  number_ = descriptor;
  if (kind_ == Kind::socket) watch();
}

void Wire::let_go() {
  timer_.cancel();
  if (!is_open()) return;
  if (kind_ == Kind::socket) {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
  } else {
    unwatch();
  }
  number_ = -1;
}

void Wire::watch() {
  boost::system::error_code ignored;  // a descriptor that cannot be watched cannot be read either, and that is told
  if (!descriptor_.is_open()) descriptor_.assign(number_, ignored);
}

void Wire::unwatch() {
  if (descriptor_.is_open()) descriptor_.release();
}

// The timer runs on CLOCK_MONOTONIC, which stands still in suspend; whoever is woken late sees it on the boot clock.
void Wire::set_timer(BootTime until) { timer_.expires_after(until - boot_now()); }

asio::awaitable<void> Wire::sleep_until(BootTime until) {
  const auto aim = until - lateness_;
  if (boot_now() >= aim) {
    // Nearer than this computer wakes: to sleep would be too long.
    while (boot_now() < until) {
    }
    co_return;
  }
  set_timer(aim);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto late = std::clamp<std::chrono::nanoseconds>(boot_now() - aim, std::chrono::nanoseconds{0}, longest_spin);
  lateness_ += (late - lateness_) / 8;
}

asio::awaitable<void> Wire::ready_or(Descriptor::wait_type what, BootTime until) {
  watch();
  set_timer(until);
  co_await asio::experimental::make_parallel_group(descriptor_.async_wait(what, asio::deferred),
                                                   timer_.async_wait(asio::deferred))
      .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (kind_ == Kind::terminal) unwatch();
}

asio::awaitable<void> Wire::readable_or(BootTime until) { return ready_or(Descriptor::wait_read, until); }

int Wire::read_now(std::span<std::uint8_t> into) {
  if (!is_open()) return -EBADF;
  for (;;) {
    const auto got = ::read(number_, into.data(), into.size());
    if (got > 0) return static_cast<int>(got);
    if (got == 0) return closed_by_peer;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
  }
}

asio::awaitable<int> Wire::write_all(std::span<const std::uint8_t> bytes, BootTime until) {
  while (!bytes.empty()) {
    if (!is_open()) co_return EBADF;
    // A peer that is gone is an error here, not a signal to the process.
    const auto put = kind_ == Kind::socket ? ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                                           : ::write(number_, bytes.data(), bytes.size());
    if (put > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      continue;
    }
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) co_return errno;
    if (boot_now() >= until) co_return ETIMEDOUT;
    co_await ready_or(Descriptor::wait_write, until);
  }
  co_return 0;
}

}  // namespace inspect::drivers
