#pragma once

#include "drivers/simulator/port.hpp"
#include "protocol/core/error.hpp"

#include <sys/un.h>
#include <string>

namespace inspect::sim {

/// Fails when the path does not fit into a socket's address (107 bytes).
Result<sockaddr_un> unix_address(const std::string& path);
/// A connected, blocking stream; `unreachable` when nobody listens.
Result<Descriptor> connect_unix(const std::string& path);

}  // namespace inspect::sim
