#include "firmware-agent/polling/poller.hpp"

#include "drivers/bus/clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// The second read follows this much later: a bouncing contact (10 ms) and a single disturbance are over by then.
constexpr auto confirm_pause = 100ms;
/// A value is believed for so many of its periods.
constexpr int good_for_periods = 3;
constexpr auto shortest_good = 2s;
/// A missing port is tried this often, and told after so many tries: a re-plugged adapter is no finding.
constexpr auto port_pause = 1s;
constexpr unsigned port_tries = 2;
/// A block that failed so often in a row has bad readings; the first miss is asked again at once instead.
constexpr unsigned block_failures = 2;
constexpr double utilisation_memory_s = 10;
constexpr auto longest_fresh = 10s;

}  // namespace

Poller::Poller(const Site& site, BusIndex bus, std::vector<Polled> devices, ReadingSink& sink,
               const asio::any_io_executor& loop)
    : site_(site), bus_(bus), sink_(sink), bus_health_(devices.size()), wake_(loop), read_something_(loop) {
  const auto now = drivers::boot_now();
  heartbeat_ = accounted_ = now;
  for (auto& device : devices) {
    members_.push_back({device.index, std::move(device.driver), {}, {}, {}, {}, {}, {}});
    plan(members_.size() - 1, now);
  }
}

void Poller::plan(std::size_t number, BootTime first_due) {
  auto& member = members_[number];
  for (const auto item : member.items) schedule_.remove(item);
  const auto blocks = member.driver->blocks();
  member.items.clear();
  member.last_read.assign(blocks, first_due);
  member.failures.assign(blocks, 0);
  member.doubt.assign(blocks, {});
  for (std::size_t block = 0; block < blocks; ++block) {
    const auto item = schedule_.add({member.index, block, member.driver->period(block)}, first_due);
    member.items.push_back(item);
    if (places_.size() <= item) places_.resize(item + 1);
    places_[item] = {number, block};
  }
}

std::optional<std::size_t> Poller::member_of(DeviceIndex device) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].index == device) return i;
  }
  return std::nullopt;
}

std::optional<Poller::Place> Poller::place_of(PointIndex point) const {
  const auto device = site_.points[at(point)].device;
  const auto member = member_of(device);
  if (!member) return std::nullopt;
  const auto local = at(point) - at(site_.devices[at(device)].first_point);
  const auto& driver = *members_[*member].driver;
  for (std::size_t block = 0; block < driver.blocks(); ++block) {
    const auto& points = driver.points(block);
    if (std::find(points.begin(), points.end(), local) != points.end()) return Place{*member, block};
  }
  return std::nullopt;
}

void Poller::confirm(PointIndex point) {
  const auto place = place_of(point);
  if (!place) return;
  auto& member = members_[place->member];
  member.doubt[place->block].insert(at(point) - at(site_.devices[at(member.index)].first_point));
  schedule_.wish(member.items[place->block], Purpose::confirm, drivers::boot_now() + confirm_pause);
  wake_.cancel();
}

void Poller::hasten(DeviceIndex device) {
  schedule_.hasten(device, drivers::boot_now());
  wake_.cancel();
}

asio::awaitable<void> Poller::fresh(std::vector<PointIndex> points) {
  const auto asked = drivers::boot_now();
  std::vector<Place> open;
  for (const auto point : points) {
    const auto place = place_of(point);
    if (!place) continue;
    schedule_.wish(members_[place->member].items[place->block], Purpose::fresh, asked);
    open.push_back(*place);
  }
  wake_.cancel();
  const auto unread = [&](const Place& place) {
    const auto& member = members_[place.member];
    return place.block < member.last_read.size() && member.last_read[place.block] <= asked;
  };
  while (!stopping_ && std::any_of(open.begin(), open.end(), unread) && drivers::boot_now() < asked + longest_fresh) {
    read_something_.expires_after(1s);
    boost::system::error_code ignored;
    co_await read_something_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

DeviceHealth Poller::health(DeviceIndex device) const {
  const auto member = member_of(device);
  return member ? members_[*member].health.health() : DeviceHealth::unknown;
}

std::optional<BootTime> Poller::last_answer(DeviceIndex device) const {
  const auto member = member_of(device);
  return member ? members_[*member].last_answer : std::nullopt;
}

asio::awaitable<void> Poller::sleep_until(BootTime time) {
  // A second at most, for the heartbeat; cancelled by a wish.
  const auto now = drivers::boot_now();
  wake_.expires_after(std::clamp<BootClock::duration>(time - now, 0ns, 1s));
  boost::system::error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Poller::run() {
  while (!stopping_) {
    heartbeat_ = drivers::boot_now();
    if (co_await host()) continue;
    const auto task = schedule_.next(heartbeat_);
    if (task) {
      co_await ask(*task);
    } else {
      account({}, heartbeat_);
      auto wake = schedule_.wake(heartbeat_);
      for (const auto* visitor : visitors_) wake = std::min(wake, visitor->next(heartbeat_));
      co_await sleep_until(wake);
    }
  }
}

void Poller::receive(Visitor& visitor) {
  visitors_.push_back(&visitor);
  wake_.cancel();
}

void Poller::leave(const Visitor& visitor) { std::erase(visitors_, &visitor); }

/// True when a visitor had the bus.
asio::awaitable<bool> Poller::host() {
  const auto idle_until = schedule_.wake(heartbeat_);
  if (std::exchange(visited_, false) && idle_until <= heartbeat_) co_return false;
  const auto wants = [&](const Visitor* visitor) { return visitor->wants(heartbeat_, idle_until); };
  const auto found = std::find_if(visitors_.begin(), visitors_.end(), wants);
  if (found == visitors_.end()) co_return false;
  const auto started = drivers::boot_now();
  co_await (*found)->visit(idle_until);
  const auto now = drivers::boot_now();
  account(now - started, now);
  visited_ = true;
  co_return true;
}

void Poller::stop() {
  stopping_ = true;
  wake_.cancel();
  read_something_.cancel();
}

asio::awaitable<Sweep> Poller::read(const Task& task, Member& member, std::size_t block) {
  if (task.purpose == Purpose::probe) co_return co_await member.driver->probe(block, task.spare);
  if (task.purpose != Purpose::confirm || member.doubt[block].empty()) co_return co_await member.driver->read(block);
  const auto doubtful = std::exchange(member.doubt[block], {});
  co_return co_await member.driver->read_again(block, {doubtful.begin(), doubtful.end()});
}

asio::awaitable<void> Poller::ask(const Task& task) {
  const auto place = places_[task.item];
  auto& member = members_[place.member];
  const auto started = drivers::boot_now();
  const auto sweep = co_await read(task, member, place.block);
  const auto now = drivers::moment_now();
  heartbeat_ = now.boot;
  schedule_.done(task, started, now.boot);
  account(now.boot - started, now.boot);
  if (sweep.failure && sweep.failure->code == Errc::bus_unavailable) {
    port(false, sweep.failure->message);
    read_something_.cancel();
    co_await sleep_until(now.boot + port_pause);
    co_return;
  }
  port(true, "");
  const bool doubted = member.health.in_doubt();
  judge(member, sweep, now.boot - started, now);
  hand_on(member, place.block, sweep, now);
  if (sweep.replanned) plan(place.member, now.boot);
  if (member.health.in_doubt()) {
    schedule_.doubt(member.items[std::min(place.block, member.items.size() - 1)], now.boot);
  } else if (doubted) {
    schedule_.settle(member.index);
  }
  read_something_.cancel();
}

void Poller::port(bool available, const std::string& why) {
  if (available) {
    unavailable_ = 0;
    if (std::exchange(told_unavailable_, false)) sink_.bus_available(bus_, true, "");
    return;
  }
  if (++unavailable_ < port_tries || told_unavailable_) return;
  told_unavailable_ = true;
  const auto now = drivers::moment_now();
  bus_health_.take(Errc::bus_unavailable, 0);
  sink_.bus_available(bus_, false, why);
  for (const auto& member : members_) hand_on_all_bad(member, Reason::bus, now);
}

void Poller::judge(Member& member, const Sweep& sweep, BootClock::duration cost, const Moment& now) {
  const auto before = member.health.health();
  const auto failure = sweep.failure ? std::optional(sweep.failure->code) : std::nullopt;
  const auto after = member.health.take(failure);
  if (after == DeviceHealth::active) member.last_answer = now.boot;
  const auto dormant = static_cast<std::size_t>(std::count_if(
      members_.begin(), members_.end(), [](const Member& m) { return m.health.health() == DeviceHealth::dormant; }));
  bus_health_.take(failure, dormant);
  if ((before == DeviceHealth::dormant) != (after == DeviceHealth::dormant)) {
    schedule_.set_dormant(member.index, after == DeviceHealth::dormant, now.boot, cost);
    if (after == DeviceHealth::dormant) hand_on_all_bad(member, Reason::no_answer, now);
  }
  sink_.attempt({member.index, bus_, now, failure, after, sweep.signs});
}

void Poller::hand_on(Member& member, std::size_t block, const Sweep& sweep, const Moment& now) {
  const auto since_last = now.boot - std::exchange(member.last_read[block], now.boot);
  member.failures[block] = sweep.failure ? member.failures[block] + 1 : 0;
  // A dormant device's points were handed on as bad when it fell silent; saying it at each probe adds nothing.
  if (member.health.health() == DeviceHealth::dormant) return;
  if (sweep.failure && sweep.failure->code != Errc::device_busy && member.failures[block] < block_failures) return;
  const BootClock::duration period = member.driver->period(block);
  const auto good_for = std::max<BootClock::duration>(
      good_for_periods * std::max(period, std::min(since_last, 4 * period)), shortest_good);
  const auto first = at(site_.devices[at(member.index)].first_point);
  std::vector<Reading> readings;
  readings.reserve(sweep.values.size());
  for (const auto& value : sweep.values) {
    readings.push_back(
        {PointIndex(first + value.point), value.value, value.quality, value.reason, now, now.boot + good_for});
  }
  if (!readings.empty()) sink_.readings(readings);
}

void Poller::hand_on_all_bad(const Member& member, Reason reason, const Moment& now) {
  const auto& device = site_.devices[at(member.index)];
  std::vector<Reading> readings;
  readings.reserve(device.point_count);
  for (std::size_t i = 0; i < device.point_count; ++i) {
    readings.push_back({PointIndex(at(device.first_point) + i), 0, Quality::bad, reason, now, now.boot});
  }
  if (!readings.empty()) sink_.readings(readings);
}

void Poller::account(BootClock::duration busy, BootTime now) {
  const std::chrono::duration<double> elapsed = now - accounted_;
  if (elapsed.count() <= 0) return;
  accounted_ = now;
  const double share = std::min(1.0, std::chrono::duration<double>(busy).count() / elapsed.count());
  const double weight = 1 - std::exp(-elapsed.count() / utilisation_memory_s);
  utilisation_ += weight * (share - utilisation_);
}

}  // namespace inspect::agent
