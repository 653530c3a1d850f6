#include "firmware-agent/detection/silence_group.hpp"

#include <algorithm>

namespace inspect::agent {

bool Onset::holds(const Silence& silence) const { return silence.heard < until && silence.missed > from; }

Onset common_onset(std::span<const Silence> devices, std::size_t first) {
  Onset onset{devices[first].heard, devices[first].missed, {first}, true};
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto& device = devices[i];
    if (i == first || device.out) continue;
    const bool silent = device.misses >= misses_to_be_silent;
    if (silent && onset.holds(device)) {
      onset.from = std::max(onset.from, device.heard);
      onset.until = std::min(onset.until, device.missed);
      onset.members.push_back(i);
    } else if (!silent && device.heard < onset.until) {
      // Not asked since, or missed but once: it may be one of them.
      onset.complete = false;
    }
  }
  std::sort(onset.members.begin(), onset.members.end());
  return onset;
}

std::optional<std::string> common_supply(std::span<const std::string> supplies, std::span<const std::size_t> members) {
  if (members.empty()) return std::nullopt;
  const auto& supply = supplies[members.front()];
  if (supply.empty()) return std::nullopt;
  const bool all_of_it =
      std::all_of(members.begin(), members.end(), [&](std::size_t i) { return supplies[i] == supply; });
  const auto fed = static_cast<std::size_t>(std::count(supplies.begin(), supplies.end(), supply));
  if (!all_of_it || fed != members.size()) return std::nullopt;
  return supply;
}

}  // namespace inspect::agent
