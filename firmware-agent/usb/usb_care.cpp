#include "firmware-agent/usb/usb_care.hpp"

#include "drivers/bus/clock.hpp"
#include "firmware-agent/usb/records.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using drivers::Identification;
using drivers::UsbFacts;
using drivers::UsbRecord;
using drivers::UsbSight;

namespace {

std::string read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

const UsbFacts* at_port(const std::vector<UsbFacts>& all, const std::string& port) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const UsbFacts& each) { return each.port == port; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

UsbCare::UsbCare(const Site& site, drivers::UsbPorts& ports, std::string record_file, std::string serial_ports)
    : site_(site),
      ports_(ports),
      record_file_(std::move(record_file)),
      serial_ports_(std::move(serial_ports)),
      boot_id_(read_boot_id()) {
  auto records = read_records(record_file_);
  if (records) records_ = std::move(*records);
  if (!records) trouble_ = records.error().message;
}

UsbCare::~UsbCare() {
  for (const auto& [port, plugs] : plugs_) ports_.watch(port, {});
}

void UsbCare::add(DeviceIndex device, Appliance& appliance) {
  if (appliance.usb() != nullptr) members_.push_back({device, appliance.usb()->port(), &appliance, {}});
  if (appliance.serial() == nullptr) return;
  members_.push_back({device, "", &appliance, {}});
  follow(members_.back());
}

/// Finds the USB port behind a serial port. An adapter that is not plugged in keeps the port that it had.
void UsbCare::follow(Member& member) {
  if (member.appliance->serial() == nullptr) return;
  const auto port = drivers::usb_port_of(member.appliance->serial()->port(), serial_ports_);
  if (!port || *port == member.port) return;
  member.port = *port;
  if (!plugs_.emplace(*port, Plugs{}).second) return;
  ports_.watch(*port, [this, at = *port](const drivers::UsbPlug& plug) {
    auto& plugs = plugs_[at];
    ++(plug.arrived ? plugs.arrivals : plugs.departures);
  });
}

drivers::UsbCounters UsbCare::counters(const Member& member) const {
  if (member.appliance->usb() != nullptr) return member.appliance->usb()->counters();
  drivers::UsbCounters counters;
  const auto found = plugs_.find(member.port);
  if (found == plugs_.end()) return counters;
  counters.arrivals = found->second.arrivals;
  counters.departures = found->second.departures;
  counters.opened = member.appliance->serial()->opened();
  return counters;
}

const UsbCare::Member* UsbCare::member_at(const std::string& port) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& each) { return each.port == port; });
  return found == members_.end() ? nullptr : &*found;
}

UsbSight UsbCare::sight(const UsbFacts& facts, const Member* member) const {
  UsbSight seen{facts.port, facts.vendor, facts.product, facts.serial, "", ""};
  seen.connection = drivers::connection_of(boot_id_, facts.bus, facts.address);
  if (member == nullptr) return seen;
  auto& appliance = *member->appliance;
  if (appliance.relay() != nullptr) seen.mark = appliance.relay()->id();
  // What an instrument says of itself counts more than what its USB chip does.
  if (appliance.tester() != nullptr) {
    const auto& identity = appliance.tester()->identity();
    seen.serial = identity ? identity->serial : "";
  }
  return seen;
}

void UsbCare::judge(const std::vector<UsbFacts>& all) {
  for (auto& member : members_) {
    follow(member);
    std::optional<UsbSight> own;
    std::vector<UsbSight> others;
    for (const auto& facts : all) {
      if (facts.port == member.port) {
        own = sight(facts, &member);
      } else {
        others.push_back(sight(facts, member_at(facts.port)));
      }
    }
    member.identity = drivers::identify(name(member), records_, own, others);
  }
}

asio::awaitable<std::vector<UsbNotice>> UsbCare::look() {
  const auto all = co_await ports_.list();
  judge(all);
  std::set<std::string> plugged;
  for (const auto& facts : all) plugged.insert(facts.port);
  const auto now = drivers::boot_now();
  std::vector<PortSight> sights;
  for (const auto& member : members_) {
    if (member.port.empty()) continue;
    const bool storming = member.appliance->usb() != nullptr && member.appliance->usb()->hold_off().storming(now);
    PortSight one{site_.devices[at(member.device)].bus, member.port, storming, counters(member).arrivals, {}};
    if (member.identity.state == Identification::State::doubtful) one.doubt = member.identity.why;
    sights.push_back(std::move(one));
  }
  co_return watch_.look(sights, plugged, now);
}

asio::awaitable<std::vector<UsbPlace>> UsbCare::list() {
  const auto all = co_await ports_.list();
  judge(all);
  std::vector<UsbPlace> places;
  for (const auto& facts : all) {
    if (member_at(facts.port) == nullptr) places.push_back({facts, "", {}, {}});
    for (const auto& member : members_) {
      if (member.port == facts.port) places.push_back({facts, name(member), member.identity, counters(member)});
    }
  }
  for (const auto& member : members_) {
    if (at_port(all, member.port) != nullptr) continue;
    UsbPlace missing;
    missing.facts.port = member.port;
    missing.device = name(member);
    missing.identity = member.identity;
    missing.counters = counters(member);
    places.push_back(std::move(missing));
  }
  co_return places;
}

UsbCare::Member* UsbCare::member_of(DeviceIndex device) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& each) { return each.device == device; });
  return found == members_.end() ? nullptr : &*found;
}

const UsbRecord* UsbCare::record_of(const Member& member) {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const UsbRecord& each) { return each.device == name(member); });
  return found == records_.end() ? nullptr : &*found;
}

Result<void> UsbCare::keep(const UsbRecord& record) {
  auto records = records_;
  std::erase_if(records, [&](const UsbRecord& each) { return each.device == record.device; });
  records.push_back(record);
  if (auto written = write_records(record_file_, records); !written) return written;
  records_ = std::move(records);
  trouble_.clear();
  return {};
}

asio::awaitable<Result<UsbRecord>> UsbCare::adopt(DeviceIndex device, std::string who, WallTime at) {
  auto* member = member_of(device);
  if (member != nullptr) follow(*member);
  if (member == nullptr || member->port.empty()) {
    co_return fail(Errc::invalid_argument, "the device is on no USB port");
  }
  const auto facts = co_await ports_.look(member->port);
  if (!facts) co_return facts.error();
  const auto seen = sight(*facts, member);
  UsbRecord record{name(*member),        seen.port,      seen.vendor, seen.product,   seen.serial, seen.mark,
                   drivers::Proof::none, std::move(who), at,          seen.connection};
  if (member->appliance->tester() != nullptr && !seen.serial.empty()) record.proof = drivers::Proof::answered;
  if (auto kept = keep(record); !kept) co_return kept.error();
  co_return record;
}

asio::awaitable<Result<UsbRecord>> UsbCare::prove(DeviceIndex device, std::uint8_t channel, ProofMeans means,
                                                  std::string who, WallTime at) {
  auto* member = member_of(device);
  if (member != nullptr) follow(*member);
  if (member == nullptr || member->port.empty()) {
    co_return fail(Errc::invalid_argument, "the device is on no USB port");
  }
  if (record_of(*member) == nullptr) co_return fail(Errc::invalid_argument, "adopt it first: inspectctl usb adopt");
  const auto before = co_await ports_.look(member->port);
  if (!before) co_return before.error();
  const auto connection = sight(*before, member).connection;
  if (auto* board = member->appliance->relay()) {
    auto proven = co_await prove_relay(*board, channel, std::move(means));
    if (!proven) co_return proven.error();
  } else if (sight(*before, member).serial.empty()) {
    co_return fail(Errc::device_refused, "the instrument has not said its serial number");
  }
  const auto after = co_await ports_.look(member->port);
  if (!after) co_return after.error();
  const auto seen = sight(*after, member);
  if (seen.connection != connection) co_return fail(Errc::device_refused, "it was plugged in anew meanwhile");
  const bool moved = member->appliance->relay() != nullptr;
  auto record = *record_of(*member);
  if (!moved && record.serial != seen.serial) {
    co_return fail(Errc::device_refused, "it says another serial number than was written down: " + seen.serial);
  }
  record.proof = moved ? drivers::Proof::moved : drivers::Proof::answered;
  record.connection = connection;
  record.by = std::move(who);
  record.at = at;
  if (auto kept = keep(record); !kept) co_return kept.error();
  co_return record;
}

Identification UsbCare::identity(DeviceIndex device) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& each) { return each.device == device; });
  return found == members_.end() ? Identification{} : found->identity;
}

}  // namespace inspect::agent
