#pragma once

#include "protocol/core/clock.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace inspect::agent {

/// One device, as far as its silence goes.
struct Silence {
  BootTime heard = BootTime::min();  ///< last sign of life; min: never
  BootTime missed{};                 ///< first question of the present silence
  unsigned misses = 0;               ///< in a row
  bool out = false;                  ///< its silence has been told: it is of no present group
};

/// So many misses make a device silent.
constexpr unsigned misses_to_be_silent = 2;

/// Devices that may have fallen silent at one and the same instant: each answered last before `until` and was missed
/// first after `from`.
struct Onset {
  BootTime from = BootTime::min();
  BootTime until = BootTime::max();
  std::vector<std::size_t> members;
  bool complete = true;  ///< every other device is known to live after it or to be silent for another reason

  /// Whether a silence could have begun at the same instant.
  [[nodiscard]] bool holds(const Silence& silence) const;
};

/// The group around the silent device `first`. Two devices that die by chance within one poll of each other are taken
/// for a group; that is once in many years, and the finding names both. Pure.
Onset common_onset(std::span<const Silence> devices, std::size_t first);

/// The supply that feeds exactly these devices of those it feeds at all; nothing: none does. `supplies`: of each
/// device, empty where it is not known.
std::optional<std::string> common_supply(std::span<const std::string> supplies, std::span<const std::size_t> members);

}  // namespace inspect::agent
