#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace inspect::drivers {

/// An FTDI adapter keeps bytes back for 16 ms unless its latency timer says otherwise; sets that to 1 ms. `port` may be
/// a link (/dev/serial/by-path/…). Returns what it was; nothing where the adapter has no such timer or does not let us:
/// the deadlines allow for it. `sysfs`: the root of the kernel's tree, for tests.
std::optional<unsigned> quicken(const std::string& port, const std::string& sysfs = "/sys");

/// Framing and parity errors of the port since its driver was loaded; nothing where the driver does not count them
/// (pseudo-terminals do not).
std::optional<std::uint64_t> line_errors(int descriptor);

}  // namespace inspect::drivers
