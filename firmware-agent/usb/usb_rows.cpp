#include "firmware-agent/usb/usb_rows.hpp"

#include <fmt/format.h>

namespace inspect::agent {

std::vector<control::UsbRow> usb_rows(const std::vector<UsbPlace>& places) {
  std::vector<control::UsbRow> rows;
  rows.reserve(places.size());
  for (const auto& place : places) {
    const auto& facts = place.facts;
    control::UsbRow row;
    row.port = facts.port;
    row.device = place.device;
    row.plugged = facts.address != 0;
    if (row.plugged) row.ids = fmt::format("{:04x}:{:04x}", facts.vendor, facts.product);
    row.maker = facts.maker;
    row.name = facts.name;
    row.serial = facts.serial;
    if (!place.device.empty()) {
      row.identity = name(place.identity.state);
      row.why = place.identity.why;
    }
    row.arrivals = place.counters.arrivals;
    row.departures = place.counters.departures;
    row.failures = place.counters.failures;
    row.resets = place.counters.resets;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace inspect::agent
