#include "firmware-agent/polling/listener.hpp"

#include "drivers/bus/clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// One waking for a handful of bytes, not one for each: short against any device's answer time.
constexpr auto gather = 2ms;
/// A missing port is tried this often, and told after so many tries: a re-plugged adapter is no finding.
constexpr auto retry_pause = 1s;
constexpr unsigned silent_tries = 2;
constexpr double load_memory_s = 10;
constexpr auto longest_wait_for_fresh = 10s;

}  // namespace

Listener::Listener(const Site& site, BusIndex bus, drivers::Ear& ear, ReadingSink& sink,
                   const asio::any_io_executor& loop)
    : bus_(bus),
      ear_(ear),
      sink_(sink),
      line_(site, bus, sink, ear.counters()),
      wire_(std::get<SerialLine>(site.buses[at(bus)].transport).baud),
      wake_(loop),
      heard_something_(loop) {
  heartbeat_ = accounted_ = drivers::boot_now();
}

asio::awaitable<void> Listener::run() {
  std::array<std::uint8_t, 512> bytes;
  while (!stopping_) {
    heartbeat_ = drivers::boot_now();
    const auto until = std::min(line_.wake().value_or(BootTime::max()), heartbeat_ + 1s);
    const auto got = co_await ear_.hear(bytes, until);
    if (stopping_) co_return;
    if (!got) {
      port(false, got.error().message);
      co_await pause(retry_pause);
      continue;
    }
    port(true, "");
    const auto now = drivers::moment_now();
    account(*got, now.boot);
    line_.take(std::span(bytes).first(*got), now);
    if (*got == 0) continue;
    heard_something_.cancel();
    co_await pause(gather);
  }
}

void Listener::stop() {
  stopping_ = true;
  wake_.cancel();
  heard_something_.cancel();
}

asio::awaitable<void> Listener::fresh(std::vector<PointIndex> points) {
  const auto asked = drivers::boot_now();
  const auto unread = [&](PointIndex point) { return line_.last_read(point).value_or(asked) <= asked; };
  while (!stopping_ && std::any_of(points.begin(), points.end(), unread) &&
         drivers::boot_now() < asked + longest_wait_for_fresh) {
    heard_something_.expires_after(1s);
    boost::system::error_code ignored;
    co_await heard_something_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

BusHealth Listener::health() const { return line_.health(drivers::boot_now()); }
DeviceHealth Listener::health(DeviceIndex device) const { return line_.health(device, drivers::boot_now()); }

void Listener::port(bool available, const std::string& why) {
  if (available) {
    unavailable_ = 0;
    if (std::exchange(told_unavailable_, false)) sink_.bus_available(bus_, true, "");
    return;
  }
  if (++unavailable_ < silent_tries || told_unavailable_) return;
  told_unavailable_ = true;
  sink_.bus_available(bus_, false, why);
  line_.lost(drivers::moment_now());
}

void Listener::account(std::size_t bytes, BootTime now) {
  const std::chrono::duration<double> elapsed = now - accounted_;
  if (elapsed.count() <= 0) return;
  accounted_ = now;
  const double busy = std::chrono::duration<double>(wire_.characters(bytes)).count();
  const double weight = 1 - std::exp(-elapsed.count() / load_memory_s);
  utilisation_ += weight * (std::min(1.0, busy / elapsed.count()) - utilisation_);
}

asio::awaitable<void> Listener::pause(BootClock::duration time) {
  wake_.expires_after(time);
  boost::system::error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace inspect::agent
