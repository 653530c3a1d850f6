#pragma once

#include "firmware-agent/config/site.hpp"
#include "protocol/control/request.hpp"
#include "protocol/model/finding.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inspect::agent {

/// Either what was asked for or why not, in the words of the socket.
template <class T>
using Found = std::variant<T, control::Trouble>;

/// What a person named: a device, or one point of it. Without a device the whole site is meant.
struct Target {
  std::optional<DeviceIndex> device;
  std::optional<PointIndex> point;
};

/// Finds "device" or "device/point"; an empty text is the whole site. Linear: a person asks, not a poll.
Found<Target> find_target(const Site& site, std::string_view text);

/// The bus of this name.
std::optional<BusIndex> find_bus(const Site& site, std::string_view name);

/// The points of a target, in the order of the configuration.
std::vector<PointIndex> points_of(const Site& site, const Target& target);

/// Finds a finding by its id. The site's name may be left out, and the occurrence too when only one fits:
/// "relay-1/relay.3.state/relay.welded".
Found<Finding> find_finding(std::span<const Finding> among, const Site& site, std::string_view id);

/// Whether news of this finding concern the target; a finding of a device's bus concerns its devices.
bool concerns(const Site& site, const Target& target, const FindingId& id);

}  // namespace inspect::agent
