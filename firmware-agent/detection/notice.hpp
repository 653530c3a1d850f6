#pragma once

#include "protocol/core/text.hpp"
#include "protocol/model/reading.hpp"

#include <cstdint>
#include <string>

namespace inspect::agent {

/// A fault that is seen at a USB port itself, and not in what a device answers.
enum class UsbFault : std::uint8_t {
  cable,     ///< the device comes and goes: cable or power
  identity,  ///< another physical device than was commissioned may be here
  hub,       ///< everything behind a hub vanished with it
};

struct UsbNotice {
  UsbFault fault = UsbFault::cable;
  bool opens = true;
  BusIndex bus{};   ///< cable, identity
  std::string hub;  ///< hub: its port path
  Text what;        ///< one sentence with the numbers
};

/// A test with an instrument came to a verdict.
struct TestNotice {
  std::string test;
  bool failed = false;
  Text where;  ///< site and what was tested
  Text what;   ///< one sentence with the numbers
};

}  // namespace inspect::agent
