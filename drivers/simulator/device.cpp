#include "drivers/simulator/device.hpp"

#include "drivers/simulator/framing.hpp"

#include <algorithm>

namespace inspect::sim {

using drivers::Role;
using modbus::Table;

namespace {

constexpr std::uint8_t illegal_address = 2;
constexpr std::uint8_t illegal_value = 3;
constexpr std::chrono::milliseconds momentary{1000};

/// How long the board's own timer keeps an output on, as its profile says.
std::chrono::milliseconds timer_of(const drivers::Profile& profile) {
  const auto& release = profile.release;
  const bool known = release.by == drivers::ReleaseBy::timed_action && release.within.count() > 0;
  return known ? release.within : momentary;
}

/// "relay.3.state" → "relay.3"; empty for a point that is no relay's.
std::string relay_of(const std::string& point) {
  const std::string prefix = "relay.";
  if (!point.starts_with(prefix)) return {};
  const auto end = std::min(point.find('.', prefix.size()), point.size());
  const auto number = point.substr(prefix.size(), end - prefix.size());
  const bool digits = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  return digits ? point.substr(0, end) : std::string();
}

unsigned word(std::span<const std::uint8_t> pdu, std::size_t at) { return (unsigned{pdu[at]} << 8U) | pdu[at + 1]; }

bool is_write(std::uint8_t function) { return function == 5 || function == 6 || function == 15 || function == 16; }

Table table_of(std::uint8_t function) {
  switch (function) {
    case 1:
    case 5:
    case 15: return Table::coil;
    case 2: return Table::discrete_input;
    case 4: return Table::input_register;
    default: return Table::holding_register;
  }
}

std::vector<std::uint8_t> exception(std::uint8_t function, std::uint8_t code) {
  return {static_cast<std::uint8_t>(function | 0x80U), code};
}

}  // namespace

Device::Device(DeviceSetup setup, std::uint64_t seed, BootTime now)
    : setup_(std::move(setup)), seed_(seed), tables_(make_tables(setup_.profile)) {
  build(now);
  refresh(now);
}

void Device::build(BootTime now) {
  const auto& points = setup_.profile.points;
  places_.assign(points.size(), {});
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto level = setup_.values.find(points[i].name);
    auto& signal = places_[i].signal;
    signal.set(level == setup_.values.end() ? healthy(setup_.profile, points[i]) : level->second, now);
    signal.per_minute = usual_growth(points[i]);
    const auto noise = setup_.noise.find(points[i].name);
    signal.noise = noise == setup_.noise.end() ? usual_noise(points[i], signal.level) : noise->second;
    place_relay(i);
  }
}

/// A relay is known by its points' names: the command shows the order, anything else of it shows the contact.
void Device::place_relay(std::size_t place) {
  const auto& point = setup_.profile.points[place];
  const auto name = relay_of(point.name);
  if (name.empty() || (point.role != Role::command && point.role != Role::state)) return;
  auto found = std::find_if(relays_.begin(), relays_.end(), [&](const Relay& relay) { return relay.name == name; });
  if (found == relays_.end()) {
    relays_.push_back({});
    found = std::prev(relays_.end());
    found->name = name;
    const bool closed = places_[place].signal.level != 0;
    found->ordered = closed;
    found->contact = closed;
  }
  places_[place].relay = static_cast<std::size_t>(found - relays_.begin());
  places_[place].is_command = point.role == Role::command;
}

Relay* Device::relay(const std::string& name) {
  const auto full = name.starts_with("relay.") ? relay_of(name) : "relay." + name;
  const auto found = std::find_if(relays_.begin(), relays_.end(), [&](auto& relay) { return relay.name == full; });
  return found == relays_.end() ? nullptr : &*found;
}

double Device::now_at(std::size_t place, BootTime now) const {
  const auto& at = places_[place];
  if (at.stuck) return *at.stuck;
  if (at.relay) {
    const auto& relay = relays_[*at.relay];
    return (at.is_command ? relay.ordered : relay.contact) ? 1 : 0;
  }
  const auto& point = setup_.profile.points[place];
  double value = at.signal.at(now, seed_ + place);
  if (point.lowest) value = std::max(value, *point.lowest);
  if (point.highest && at.signal.level <= *point.highest) value = std::min(value, *point.highest);
  return value;
}

void Device::refresh(BootTime now) {
  for (std::size_t i = 0; i < places_.size(); ++i) encode(tables_, setup_.profile.points[i].map, now_at(i, now));
}

/// What a write changed becomes the new level, or the order of a relay.
void Device::take_over(const Tables& before, BootTime now) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto& map = setup_.profile.points[i].map;
    const auto written = decode(tables_, map);
    if (written == decode(before, map)) continue;
    if (places_[i].relay) {
      relays_[*places_[i].relay].order(written != 0, now);
    } else {
      places_[i].signal.set(written, now);
    }
  }
}

std::vector<Relay*> Device::meant(const std::string& target) {
  std::vector<Relay*> relays;
  if (target.ends_with("all")) {
    for (auto& each : relays_) relays.push_back(&each);
  } else if (auto* one = relay_of(target).empty() ? nullptr : relay(target)) {
    relays.push_back(one);
  }
  return relays;
}

/// "relay.3.on": the target, and what to do with it. False for what is no relay's.
bool Device::perform(const std::string& action, BootTime now) {
  const auto dot = action.rfind('.');
  if (dot == std::string::npos) return false;
  const auto verb = action.substr(dot + 1);
  const auto relays = meant(action.substr(0, dot));
  if (relays.empty()) return false;
  if (verb == "latch" || verb == "only") {
    for (auto& each : relays_) each.order(false, now);
  }
  // A model that has an order to end its timer takes no notice of "on" and "off" while it runs.
  const auto& actions = setup_.profile.actions;
  const auto ends_timer = action.substr(0, dot) + ".cancel";
  const bool deaf = (verb == "on" || verb == "off") &&
                    std::any_of(actions.begin(), actions.end(), [&](const auto& a) { return a.name == ends_timer; });
  for (auto* each : relays) {
    if (deaf && each->drops) continue;
    if (verb == "toggle") {
      each->order(!each->ordered, now);
    } else {
      each->order(verb != "off" && verb != "cancel", now);
    }
    if (verb == "pulse" || verb == "momentary" || verb == "flash") {
      each->drops = now + timer_of(setup_.profile);
    }
  }
  return true;
}

/// Orders that are no plain write of a table, like the command values of the R421A08, stand in the profile as actions.
bool Device::act(std::span<const std::uint8_t> pdu, BootTime now) {
  if (pdu[0] != 5 && pdu[0] != 6) return false;
  for (const auto& action : setup_.profile.actions) {
    const bool same = action.function == pdu[0] && action.address == word(pdu, 1) && action.values.size() == 1;
    if (!same) continue;
    const auto& value = action.values.front();
    // A coil's "on" is 1 in some profiles and FF00 on every wire.
    const bool coil_on = pdu[0] == 5 && value == 1 && word(pdu, 3) == 0xFF00U;
    if ((value == word(pdu, 3) || coil_on) && perform(action.name, now)) return true;
  }
  return false;
}

std::optional<std::uint8_t> Device::refuses(std::span<const std::uint8_t> pdu) const {
  const auto function = pdu[0];
  const bool single = function == 5 || function == 6;
  const std::size_t quantity = single ? 1 : word(pdu, 3);
  const auto& limits = setup_.profile.limits;
  if (function <= 2 && quantity > limits.bits_per_read) return illegal_value;
  if ((function == 3 || function == 4) && quantity > limits.registers_per_read) return illegal_value;
  if (!tables_.covers(table_of(function), static_cast<std::uint16_t>(word(pdu, 1)), quantity)) return illegal_address;
  if (function != 6) return std::nullopt;
  // A command register takes its commands and nothing else.
  for (const auto& action : setup_.profile.actions) {
    const bool command = action.function == 6 && action.address == word(pdu, 1) && !relay_of(action.name).empty();
    if (command) return illegal_value;
  }
  return std::nullopt;
}

std::vector<std::uint8_t> Device::work(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library) {
  const auto function = pdu.empty() ? std::uint8_t{0} : pdu[0];
  if (const auto code = objection(pdu)) return exception(function, *code);
  refresh(now);
  if (act(pdu, now)) {
    refresh(now);
    return {pdu.begin(), pdu.end()};
  }
  if (const auto code = refuses(pdu)) return exception(function, *code);
  if (!is_write(function)) return library.answer(pdu, tables_);
  const auto before = tables_;
  auto answer = library.answer(pdu, tables_);
  take_over(before, now);
  return answer;
}

std::optional<Outgoing> Device::handle(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library) {
  ++counters_.questions;
  Outgoing answer;
  answer.unit = setup_.unit;
  const auto* refusal = faults_.find(FaultKind::exception);
  const bool dead = faults_.find(FaultKind::silent) != nullptr;
  const bool refuses_all = refusal != nullptr && refusal->every == 1;
  if (refuses_all && !pdu.empty()) answer.pdu = {pdu[0]};
  if (!dead && !refuses_all) answer.pdu = work(pdu, now, library);
  auto spoilt = faults_.apply(std::move(answer));
  if (!spoilt || spoilt->pdu.empty()) {
    ++counters_.unanswered;
    return std::nullopt;
  }
  ++counters_.answers;
  if ((spoilt->pdu[0] & 0x80U) != 0) ++counters_.exceptions;
  return spoilt;
}

void Device::overhear(std::span<const std::uint8_t> pdu, BootTime now, LibrarySide& library) {
  if (pdu.empty() || !is_write(pdu[0]) || faults_.find(FaultKind::silent) != nullptr) return;
  work(pdu, now, library);
}

std::vector<std::string> Device::advance(BootTime now) {
  std::vector<std::string> moved;
  for (auto& each : relays_) {
    if (each.advance(now)) moved.push_back(each.name);
  }
  return moved;
}

std::optional<BootTime> Device::next() const {
  std::optional<BootTime> when;
  for (const auto& each : relays_) {
    const auto own = each.next();
    if (own && (!when || *own < *when)) when = own;
  }
  return when;
}

}  // namespace inspect::sim
