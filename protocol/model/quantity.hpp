#pragma once

#include <cstdint>
#include <string_view>

namespace inspect {

/// What a point tells, whatever its model calls it. Judgement goes by this word and never by a name.
enum class Quantity : std::uint8_t {
  command,
  feedback,
  operate_time,        ///< ms, at each closing
  contact_resistance,  ///< mohm, at closings under load
  cycles,
  output_voltage,
  output_current,
  output_ripple,  ///< mV
  temperature,
  input_voltage,
  leakage_current,  ///< uA
  test_voltage,     ///< 0 while a reference is read
  insulation,       ///< Mohm
  zero,             ///< what is read with the test voltage off
  check_ratio,      ///< built-in load, measured over true
  tester_temperature,
  error_count,  ///< kept by the gateway, so it is read although the link is dead
  latency,      ///< the link itself is tried with it
  setpoint,     ///< what the output voltage was told to be
  other,
};
inline constexpr std::size_t quantity_count = 20;

/// As a profile spells it: "output-voltage".
std::string_view name(Quantity quantity);

}  // namespace inspect
