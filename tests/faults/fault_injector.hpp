#pragma once

#include <cstdint>
#include <string>

namespace inspect::tests::faults {

/// A disk below `directory` that fails. The test program that links fault_injector.cpp has its own open, write, sync,
/// truncate and unlink calls, which its libraries use too, SQLite among them.
struct Plan {
  enum class Kind {
    error,      ///< the call fails with `error` and does nothing
    lost_sync,  ///< a sync fails with EIO, and what it should have saved is gone, as after a failed write-back
    kill,       ///< the process ends there, as by SIGKILL
    stall,      ///< writes and syncs wait until disarm()
  };
  std::string directory;
  Kind kind = Kind::error;
  std::uint64_t at = 1;  ///< which call, from 1; `lost_sync` counts syncs alone
  bool sticky = false;   ///< and every one after it
  int error = 5;         ///< EIO
};

void arm(Plan plan);
void disarm();

/// Since arm(): calls that could have failed, and those that did.
std::uint64_t calls();
std::uint64_t failures();
/// Writes and syncs on a descriptor after a sync on it had failed: such an answer would be a lie (reliability F09).
std::uint64_t asked_again();
/// Calls that wait now.
std::uint64_t stalled();

}  // namespace inspect::tests::faults
