#pragma once

#include <cstdint>

namespace inspect::usb {

/// In what an instrument is known to break USBTMC. Data, no code paths by name.
struct TmcQuirks {
  bool never_ends = false;  ///< EOM is never set: one transfer is the whole answer
  /// Only the first transfer of a long answer has a head, whose size counts all of it; asking again would start it
  /// anew.
  bool one_head = false;
  bool boots_first = false;            ///< this id is its boot loader: it is no instrument yet, leave it alone
  std::uint32_t most_per_read = 4096;  ///< payload asked for at a time

  friend bool operator==(const TmcQuirks&, const TmcQuirks&) = default;
};

/// Source: python-ivi/python-usbtmc d9bfb20.
TmcQuirks tmc_quirks(std::uint16_t vendor, std::uint16_t product);

}  // namespace inspect::usb
