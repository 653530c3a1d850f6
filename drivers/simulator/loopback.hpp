#pragma once

#include "drivers/simulator/port.hpp"
#include "protocol/core/error.hpp"

#include <cstdint>

namespace inspect::sim {

struct Listening {
  Descriptor socket;
  std::uint16_t port = 0;
};

/// On 127.0.0.1; port 0 takes any free one.
Result<Listening> listen_on_loopback(std::uint16_t port);

}  // namespace inspect::sim
