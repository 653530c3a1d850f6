#include "firmware-agent/usb/polled_relay.hpp"

#include "drivers/modbus_device/point_value.hpp"

#include <algorithm>
#include <numeric>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

PointValue told(std::size_t point, bool on) { return {point, on ? 1.0 : 0.0, Quality::good, Reason::none}; }

/// What is known of an output that cannot be read: the order, if there was one.
PointValue assumed(std::size_t point, std::optional<bool> ordered) {
  if (!ordered) return {point, 0, Quality::bad, Reason::never_read};
  return {point, *ordered ? 1.0 : 0.0, Quality::uncertain, Reason::never_read};
}

}  // namespace

PolledRelay::PolledRelay(drivers::RelayBoard& board, const drivers::Profile& profile, std::chrono::milliseconds period)
    : board_(board), period_(period), points_(board.layout().channels) {
  std::iota(points_.begin(), points_.end(), std::size_t{0});
  if (period_.count() == 0) period_ = profile.points.front().period;
}

std::chrono::milliseconds PolledRelay::period(std::size_t /*block*/) const { return period_; }

const std::vector<std::size_t>& PolledRelay::points(std::size_t /*block*/) const { return points_; }

asio::awaitable<Sweep> PolledRelay::read(std::size_t /*block*/) {
  const auto states = co_await board_.read();
  Sweep sweep;
  const bool blind = !states && states.error().code == Errc::unsupported_point;
  if (!states && !blind) sweep.failure = states.error();
  for (const auto point : points_) {
    if (states) {
      sweep.values.push_back(told(point, states->on[point]));
    } else if (blind) {
      sweep.values.push_back(assumed(point, board_.ordered()[point]));
    } else {
      sweep.values.push_back({point, 0, Quality::bad, drivers::reason_of(states.error().code)});
    }
  }
  co_return sweep;
}

asio::awaitable<Sweep> PolledRelay::read_again(std::size_t block, std::vector<std::size_t> points) {
  // The board has one question only; a late answer to it is cancelled before the next is sent, so asking again
  // confirms.
  auto sweep = co_await read(block);
  std::erase_if(sweep.values, [&](const PointValue& value) {
    return std::find(points.begin(), points.end(), value.point) == points.end();
  });
  co_return sweep;
}

}  // namespace inspect::agent
