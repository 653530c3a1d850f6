#include "drivers/simulator/site.hpp"

#include "drivers/simulator/usb_face.hpp"

#include <algorithm>
#include <set>

namespace inspect::sim {

namespace {

constexpr std::size_t most_events = 256;
// An examinee switches something every few seconds.
constexpr std::int64_t shortest_pause_ms = 2000;
constexpr std::int64_t longest_pause_ms = 6000;

template <class Items, class Name>
auto* find_named(Items& items, const std::string& wanted, Name name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return name(item) == wanted; });
  return found == items.end() ? nullptr : &*found;
}

/// What is wrong with a line, device or wire, in front of it where it is written.
template <class Setup>
Error slip(const Setup& setup, const std::string& text) {
  return fail(Errc::invalid_argument, setup.where.empty() ? text : setup.where + ": " + text);
}

const DeviceSetup* find_device(const SiteSetup& setup, const std::string& name) {
  return find_named(setup.devices, name, [](const DeviceSetup& each) { return each.name; });
}

bool has_point(const DeviceSetup& device, const std::string& point) {
  return std::any_of(device.profile.points.begin(), device.profile.points.end(),
                     [&](const auto& each) { return each.name == point; });
}

Result<void> check_kind(const LineSetup& line, const DeviceSetup& device) {
  if (line.kind == LineKind::usb) {
    const auto why = why_not_on_usb(device.profile);
    return why ? Result<void>(slip(device, *why)) : Result<void>(boost::system::in_place_value);
  }
  if (device.profile.driver == drivers::DriverKind::modbus) return boost::system::in_place_value;
  return slip(device, device.profile.model + " is no Modbus device; put it on a line with usb = \"1-1\"");
}

Result<void> check_device(const SiteSetup& setup, const DeviceSetup& device) {
  const auto* line = find_named(setup.lines, device.line, [](auto& each) { return each.name; });
  if (line == nullptr) {
    return slip(device, "device " + device.name + " hangs on line \"" + device.line +
                            "\", and there is no [[line]] of that name; correct it or add the line");
  }
  for (const auto& [point, level] : device.values) {
    if (!has_point(device, point)) {
      return slip(device, "device " + device.name + ": profile " + device.profile.model + " has no point \"" + point +
                              "\"; see drivers/profiles/" + device.profile.model + ".toml");
    }
  }
  return check_kind(*line, device);
}

Result<void> check_wire(const SiteSetup& setup, const WireSetup& wire) {
  const auto* from = find_device(setup, wire.from);
  const auto* to = find_device(setup, wire.to);
  if (from == nullptr || to == nullptr) {
    return slip(wire, "a wire runs from \"" + wire.from + "\" to \"" + wire.to +
                          "\", and one of them is no [[device]]; correct the name");
  }
  const bool relay = has_point(*from, wire.relay + ".command") || has_point(*from, wire.relay + ".state") ||
                     has_point(*from, wire.relay);
  if (!relay || !has_point(*to, wire.point)) {
    return slip(wire, "a wire runs from " + wire.from + "/" + wire.relay + " to " + wire.to + "/" + wire.point +
                          ", and one of them is not in the profile; correct the name");
  }
  return boost::system::in_place_value;
}

}  // namespace

Result<void> check(const SiteSetup& setup) {
  std::set<std::string> names;
  std::set<std::pair<std::string, int>> units;
  for (const auto& line : setup.lines) {
    if (!names.insert(line.name).second) return slip(line, "two things are called \"" + line.name + "\"; rename one");
  }
  for (const auto& device : setup.devices) {
    if (!names.insert(device.name).second) {
      return slip(device, "two things are called \"" + device.name + "\"; rename one");
    }
    if (!units.insert({device.line, device.unit}).second) {
      return slip(device, "unit " + std::to_string(device.unit) + " is twice on line " + device.line + "; give " +
                              device.name + " another");
    }
    if (auto right = check_device(setup, device); !right) return right;
  }
  for (const auto& wire : setup.wires) {
    if (auto right = check_wire(setup, wire); !right) return right;
  }
  return boost::system::in_place_value;
}

Site::Site(SiteSetup setup, LibrarySide library, BootTime now)
    : library_(std::move(library)), wires_(std::move(setup.wires)), chance_(setup.seed) {
  for (auto& line : setup.lines) lines_.push_back({std::move(line), LineState::whole, 0, false, {}});
  for (auto& device : setup.devices) {
    const auto* own = line(device.line);
    line_of_.push_back(own == nullptr ? lines_.size() : static_cast<std::size_t>(own - lines_.data()));
    devices_.emplace_back(std::move(device), chance_(), now);
  }
  follow_wires(now);
}

Line* Site::line(const std::string& name) {
  return find_named(lines_, name, [](const Line& each) { return each.setup.name; });
}

Device* Site::device(const std::string& name) {
  return find_named(devices_, name, [](const Device& each) { return each.setup().name; });
}

Line* Site::own_line(const Device& device) {
  auto* its = line(device.setup().line);
  return its != nullptr && its->setup.kind == LineKind::usb ? its : nullptr;
}

std::optional<Site::Answer> Site::ask(std::size_t line, const Question& question, BootTime now) {
  advance(now);
  ++lines_[line].counters.questions;
  if (question.unit == 0 && lines_[line].setup.kind == LineKind::rtu) {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (line_of_[i] == line) devices_[i].overhear(question.pdu, now, library_);
    }
    return std::nullopt;
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (line_of_[i] != line || devices_[i].setup().unit != question.unit) continue;
    auto outgoing = devices_[i].handle(question.pdu, now, library_);
    if (!outgoing) return std::nullopt;
    return Answer{i, std::move(*outgoing), devices_[i].setup().turnaround};
  }
  ++lines_[line].counters.strangers;
  return std::nullopt;
}

void Site::advance(BootTime now) {
  if (exam_next_ && now >= *exam_next_) give_an_order(now);
  bool moved = false;
  for (auto& each : devices_) {
    for (const auto& relay : each.advance(now)) {
      moved = true;
      const bool closed = each.relay(relay)->contact;
      tell({"moved", each.setup().name, relay + (closed ? " closed" : " opened")});
    }
  }
  if (moved) follow_wires(now);
}

void Site::follow_wires(BootTime now) {
  for (const auto& wire : wires_) {
    auto* from = device(wire.from);
    auto* to = device(wire.to);
    const auto* relay = from == nullptr ? nullptr : from->relay(wire.relay);
    if (relay == nullptr || to == nullptr) continue;
    to->follow(wire.point, relay->contact != wire.inverted ? 1 : 0, now);
  }
}

std::optional<BootTime> Site::next() const {
  auto when = exam_next_;
  for (const auto& each : devices_) {
    const auto own = each.next();
    if (own && (!when || *own < *when)) when = own;
  }
  return when;
}

void Site::exam(bool on, BootTime now) {
  exam_next_ = on ? std::optional<BootTime>(now) : std::nullopt;
  tell({on ? "exam began" : "exam ended", "", ""});
}

/// The host of an exam switches one relay, somewhere.
void Site::give_an_order(BootTime now) {
  std::vector<std::pair<Device*, Relay*>> all;
  for (auto& each : devices_) {
    for (const auto& relay : each.relays()) all.emplace_back(&each, each.relay(relay.name));
  }
  std::uniform_int_distribution<std::int64_t> pause(shortest_pause_ms, longest_pause_ms);
  exam_next_ = now + std::chrono::milliseconds(pause(chance_));
  if (all.empty()) return;
  std::uniform_int_distribution<std::size_t> pick(0, all.size() - 1);
  auto& [device, relay] = all[pick(chance_)];
  device->order(*relay, !relay->ordered, now);
  tell({"ordered", device->setup().name, relay->name + (relay->ordered ? " on" : " off")});
}

void Site::tell(Event event) {
  if (events_.size() >= most_events) events_.pop_front();
  events_.push_back(std::move(event));
}

std::deque<Event> Site::events() {
  std::deque<Event> drained;
  drained.swap(events_);
  return drained;
}

}  // namespace inspect::sim
