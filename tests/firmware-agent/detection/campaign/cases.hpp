#pragma once

#include "tests/firmware-agent/detection/campaign/played_agent.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspect::campaign {

/// What is done to a line.
enum class Injury : std::uint8_t {
  silent,
  never_there,
  other_unit,
  slow,
  twin,             ///< a new device with an address that is taken
  moved,            ///< a device's address is set to another's
  wrong_baud,       ///< one device
  wrong_baud_mute,  ///< one device, that understands nothing and says nothing
  wrong_baud_all,
  cable_cut,
  branch_cut,
  supply_lost,
  unplugged,
  noise,
  echo,
  second_master,
};
constexpr std::size_t injuries = 16;
const char* name(Injury injury);

/// How one case ended.
struct Outcome {
  Injury injury{};
  std::string severity;               ///< for people
  std::vector<std::string> expected;  ///< "device/kind"; "" stands for nothing at all
  std::vector<Named> named;
  Nanoseconds took{};  ///< to the first name
  bool right = false;
  bool never_answered = false;  ///< the injury is older than the agent
  modbus::LineCounters counters;

  /// The kind of the one finding, "nothing", or "several".
  [[nodiscard]] std::string answer() const;
};

/// A line of random size and speed, with one injury of random severity; all of it follows from the seed.
Outcome play(Injury injury, std::uint64_t seed, const catalogue::Catalogue& catalogue);

/// `hours` of a healthy line with rare losses: 1e-7 bit errors, one answer in a thousand late, and once an hour a
/// device that restarts within a second. Only `named` and `counters` say something.
Outcome play_healthy(double hours, std::uint64_t seed, const catalogue::Catalogue& catalogue);

}  // namespace inspect::campaign
