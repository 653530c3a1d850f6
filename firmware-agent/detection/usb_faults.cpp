#include "firmware-agent/detection/usb_faults.hpp"

#include "protocol/usb/port_path.hpp"

#include <algorithm>

namespace inspect::agent {

namespace {

/// Of parts.toml.
constexpr const char* cable_part = "shielded USB cable with ferrite 1 m";

std::string_view kind_of(UsbFault fault) {
  switch (fault) {
    case UsbFault::cable: return "usb.cable";
    case UsbFault::identity: return "usb.identity";
    case UsbFault::hub: return "usb.hub";
  }
  return {};
}

}  // namespace

std::string hub_name(const std::string& port) {
  auto name = "usb-hub-" + port;
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

UsbFaults::UsbFaults(const Site& site, const catalogue::Catalogue& catalogue, FindingBook& book)
    : site_(site), catalogue_(catalogue), book_(book) {
  const auto subject = [&](const std::string& name, UsbFault fault) {
    const auto* kind = catalogue.kind(kind_of(fault));
    return book.subject(name, "", kind_of(fault), kind != nullptr ? kind->fault_class : FaultClass::ordinary);
  };
  for (std::size_t i = 0; i < site.buses.size(); ++i) {
    const auto* usb = std::get_if<UsbPort>(&site.buses[i].transport);
    if (usb == nullptr) continue;
    cables_.emplace(i, subject(site.buses[i].name, UsbFault::cable));
    identities_.emplace(i, subject(site.buses[i].name, UsbFault::identity));
    for (auto hub = usb::hub_of(usb->port); !hub.empty(); hub = usb::hub_of(hub)) {
      if (hubs_.count(hub) == 0) hubs_.emplace(hub, subject(hub_name(hub), UsbFault::hub));
    }
  }
}

const SubjectIndex* UsbFaults::subject_of(const UsbNotice& notice) const {
  if (notice.fault == UsbFault::hub) {
    const auto found = hubs_.find(notice.hub);
    return found == hubs_.end() ? nullptr : &found->second;
  }
  const auto& all = notice.fault == UsbFault::cable ? cables_ : identities_;
  const auto found = all.find(at(notice.bus));
  return found == all.end() ? nullptr : &found->second;
}

Text UsbFaults::where(const UsbNotice& notice) const {
  if (notice.fault != UsbFault::hub) return place(site_, notice.bus);
  return {site_.title.zh + "，USB 口 " + notice.hub + " 上的集线器",
          site_.title.en + ", the hub at USB port " + notice.hub};
}

void UsbFaults::take(const UsbNotice& notice, const Moment& now, std::vector<FindingChange>& changes) {
  const auto* subject = subject_of(notice);
  if (subject == nullptr || notice.opens == book_.active(*subject)) return;
  if (!notice.opens) {
    book_.clear(*subject, now, changes);
    return;
  }
  Observation seen;
  seen.what = notice.what;
  book_.raise(*subject, now, compose(catalogue_, kind_of(notice.fault), where(notice), std::move(seen)), now, changes);
}

bool UsbFaults::explains(BusIndex bus) const {
  const auto* usb = std::get_if<UsbPort>(&site_.buses[at(bus)].transport);
  if (usb == nullptr) return false;
  if (book_.active(cables_.at(at(bus)))) return true;
  for (auto hub = usb::hub_of(usb->port); !hub.empty(); hub = usb::hub_of(hub)) {
    if (book_.active(hubs_.at(hub))) return true;
  }
  return false;
}

void UsbFaults::add_to(Observation& seen, const LinkStep& step) const {
  if (step.fault != LinkFault::bus_unavailable || cables_.count(at(step.bus)) == 0) return;
  seen.part = cable_part;
  seen.checks.insert(
      seen.checks.begin(),
      {"USB：插头是否插好、插对了口、设备有无电；inspectctl usb list 列出各口。",
       "USB: is it plugged in, at the right port, and has it power? inspectctl usb list shows the ports."});
}

bool UsbFaults::withholds(const LinkStep& step, const Moment& now) {
  if (step.fault != LinkFault::bus_unavailable || cables_.count(at(step.bus)) == 0) return false;
  withheld_[at(step.bus)] = {step, now.boot + grace};
  return true;
}

std::vector<LinkStep> UsbFaults::overdue(const Moment& now) {
  std::vector<LinkStep> steps;
  for (auto& [bus, kept] : withheld_) {
    if (explains(BusIndex(bus))) kept.tell_at = now.boot + patience;
    if (now.boot >= kept.tell_at) steps.push_back(kept.step);
  }
  for (const auto& step : steps) withheld_.erase(at(step.bus));
  return steps;
}

}  // namespace inspect::agent
