// The part of the link watch that judges ports and connections, and what is heard on a line that its devices did not
// say.

#include "firmware-agent/detection/link_watch.hpp"

namespace inspect::agent {

namespace {

using namespace std::chrono_literals;

/// The poller has tried twice by then: a replugged adapter is back within this time.
constexpr auto unavailable_for = 1s;
/// A port that is open, but through which nothing has answered yet, is believed after this time.
constexpr auto available_for = 2s;

}  // namespace

void LinkWatch::bus_available(BusIndex index, bool available, std::string why, const Moment& now) {
  auto& bus = buses_[at(index)];
  if (!available && !why.empty()) bus.why = std::move(why);
  if (bus.available == available) return;
  bus.available = available;
  bus.changed = now;
  bus.answered_since = false;
  if (!available && !bus.gone) bus.gone = bus.tcp ? silent_since(bus, now) : now;
  // On a connection silence and loss are signs of the same thing, and one must not wipe out the other.
  if (!bus.tcp) forget_silence(bus);
}

/// The first question nobody has answered anything since; `now` when the last one was answered.
Moment LinkWatch::silent_since(const BusLink& bus, const Moment& now) const {
  auto since = now;
  for (const auto d : bus.devices) {
    const auto& link = devices_[at(d)];
    if (link.timeouts > 0 && !link.silence && link.first_timeout.boot < since.boot) since = link.first_timeout;
  }
  for (const auto d : bus.devices) {
    const auto& alive = devices_[at(d)].alive_at;
    if (alive && alive->boot > since.boot) return now;
  }
  return since;
}

/// A connection whose far end is cut off is silent first, then cannot be made, and sometimes can for a moment: one
/// cause, told once, as what it showed first, until somebody answers. A serial port that is gone is another thing than
/// a line that is cut behind it.
void LinkWatch::tick_port(BusIndex index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(index)];
  const auto& only = devices_[at(bus.devices.empty() ? DeviceIndex{} : bus.devices.front())];
  const bool told = bus.tcp && (bus.down || (bus.devices.size() == 1 && only.silence));
  const auto& since = bus.tcp && bus.gone ? *bus.gone : bus.changed;
  if (!bus.available && !bus.unavailable && !told && now.boot - since.boot >= unavailable_for) {
    bus.unavailable = true;
    out.steps.push_back({LinkFault::bus_unavailable, true, index, {}, since, 1});
  } else if (bus.available && bus.unavailable &&
             (bus.answered_since || (!bus.tcp && now.boot - bus.changed.boot >= available_for))) {
    bus.unavailable = false;
    out.steps.push_back({LinkFault::bus_unavailable, false, index, {}, now, 0});
  }
}

void LinkWatch::tick_strangers(BusIndex index, const Moment& now, LinkSteps& out) {
  auto& bus = buses_[at(index)];
  const auto tell = [&](LinkFault fault, bool& open, const std::optional<Moment>& since, unsigned count) {
    if (open == since.has_value()) return;
    open = since.has_value();
    out.steps.push_back({fault, open, index, {}, since.value_or(now), count});
  };
  tell(LinkFault::second_master, bus.second_master, bus.strangers.second_master(now.boot), bus.strangers.questions());
  // After a restart an echo is told to be gone only by answers without one.
  if (bus.strangers.echo() || bus.strangers.clear_of_echo()) {
    tell(LinkFault::echo, bus.echo, bus.strangers.echo(), static_cast<unsigned>(bus.devices.size()));
  }
}

}  // namespace inspect::agent
