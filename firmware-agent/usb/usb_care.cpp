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

UsbCare::UsbCare(const Site& site, drivers::UsbPorts& ports, std::string record_file)
    : site_(site), ports_(ports), record_file_(std::move(record_file)), boot_id_(read_boot_id()) {
  auto records = read_records(record_file_);
  if (records) records_ = std::move(*records);
  if (!records) trouble_ = records.error().message;
}

void UsbCare::add(DeviceIndex device, Appliance& appliance) {
  if (appliance.usb() == nullptr) return;
  members_.push_back({device, appliance.usb()->port(), &appliance, {}});
}

const UsbCare::Member* UsbCare::member_at(const std::string& port) const {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& each) { return each.port == port; });
  return found == members_.end() ? nullptr : &*found;
}

UsbSight UsbCare::sight(const UsbFacts& facts) const {
  UsbSight seen{facts.port, facts.vendor, facts.product, facts.serial, "", ""};
  seen.connection = drivers::connection_of(boot_id_, facts.bus, facts.address);
  const auto* member = member_at(facts.port);
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
  std::vector<UsbSight> sights;
  sights.reserve(all.size());
  for (const auto& facts : all) sights.push_back(sight(facts));
  for (auto& member : members_) {
    std::optional<UsbSight> own;
    std::vector<UsbSight> others;
    for (const auto& each : sights) {
      if (each.port == member.port) {
        own = each;
      } else {
        others.push_back(each);
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
    const auto& hold_off = member.appliance->usb()->hold_off();
    PortSight one{site_.devices[at(member.device)].bus, member.port, hold_off.storming(now), hold_off.arrivals(), {}};
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
    const auto* member = member_at(facts.port);
    if (member == nullptr) {
      places.push_back({facts, "", {}, {}});
    } else {
      places.push_back({facts, name(*member), member->identity, member->appliance->usb()->counters()});
    }
  }
  for (const auto& member : members_) {
    if (at_port(all, member.port) != nullptr) continue;
    UsbPlace missing;
    missing.facts.port = member.port;
    missing.device = name(member);
    missing.identity = member.identity;
    missing.counters = member.appliance->usb()->counters();
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
  const auto* member = member_of(device);
  if (member == nullptr) co_return fail(Errc::invalid_argument, "the device is on no USB port");
  const auto facts = co_await ports_.look(member->port);
  if (!facts) co_return facts.error();
  const auto seen = sight(*facts);
  UsbRecord record{name(*member),        seen.port,      seen.vendor, seen.product,   seen.serial, seen.mark,
                   drivers::Proof::none, std::move(who), at,          seen.connection};
  if (member->appliance->tester() != nullptr && !seen.serial.empty()) record.proof = drivers::Proof::answered;
  if (auto kept = keep(record); !kept) co_return kept.error();
  co_return record;
}

asio::awaitable<Result<UsbRecord>> UsbCare::prove(DeviceIndex device, std::uint8_t channel, ProofMeans means,
                                                  std::string who, WallTime at) {
  const auto* member = member_of(device);
  if (member == nullptr) co_return fail(Errc::invalid_argument, "the device is on no USB port");
  if (record_of(*member) == nullptr) co_return fail(Errc::invalid_argument, "adopt it first: inspectctl usb adopt");
  const auto before = co_await ports_.look(member->port);
  if (!before) co_return before.error();
  const auto connection = sight(*before).connection;
  if (auto* board = member->appliance->relay()) {
    auto proven = co_await prove_relay(*board, channel, std::move(means));
    if (!proven) co_return proven.error();
  } else if (sight(*before).serial.empty()) {
    co_return fail(Errc::device_refused, "the instrument has not said its serial number");
  }
  const auto after = co_await ports_.look(member->port);
  if (!after) co_return after.error();
  const auto seen = sight(*after);
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
