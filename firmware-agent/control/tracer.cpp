#include "firmware-agent/control/tracer.hpp"

#include <utility>

namespace inspect::agent {

namespace {

constexpr std::chrono::milliseconds pause{100};
/// Keeps an event far below the bound of a line: a record is at most 512 bytes in hex.
constexpr std::size_t most_in_event = 256;

}  // namespace

Tracer::Tracer(AgentView& view, boost::asio::any_io_executor loop, Deliver deliver)
    : view_(view), loop_(std::move(loop)), deliver_(std::move(deliver)) {}

Tracer::~Tracer() { stop(); }

void Tracer::want(BusIndex bus) {
  auto& tapped = tapped_[bus];
  if (tapped) return;
  tapped = std::make_shared<Tapped>(loop_);
  view_.tap(bus, &tapped->ring);
  wait(bus, tapped);
}

void Tracer::wait(BusIndex bus, const std::shared_ptr<Tapped>& tapped) {
  tapped->timer.expires_after(pause);
  tapped->timer.async_wait([this, bus, weak = std::weak_ptr(tapped)](boost::system::error_code error) {
    // Gone with the tracer, or before it.
    if (const auto alive = weak.lock(); alive && !error) hand_on(bus, alive);
  });
}

void Tracer::hand_on(BusIndex bus, const std::shared_ptr<Tapped>& tapped) {
  bool wanted = true;
  do {
    wanted = deliver_(bus, {tapped->ring.take(most_in_event)}, tapped->ring.take_dropped());
  } while (wanted && !tapped->ring.empty());
  if (wanted) return wait(bus, tapped);
  view_.tap(bus, nullptr);
  tapped_.erase(bus);
}

void Tracer::stop() {
  for (const auto& [bus, tapped] : tapped_) {
    tapped->timer.cancel();
    view_.tap(bus, nullptr);
  }
  tapped_.clear();
}

}  // namespace inspect::agent
