#pragma once

#include "protocol/core/clock.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace inspect::sim {

/// One relay: the latch that was ordered and the contact that follows, or does not.
struct Relay {
  // Songle SRD-05VDC-SL-C: operate time at most 10 ms, release time at most 5 ms.
  static constexpr std::chrono::milliseconds operate{10};
  static constexpr std::chrono::milliseconds release{5};

  std::string name;  ///< "relay.3"
  bool ordered = false;
  bool contact = false;
  bool welded = false;            ///< the contact stays closed
  bool no_pull_in = false;        ///< the coil does not close it any more
  std::optional<BootTime> moves;  ///< when the contact will have followed
  std::optional<BootTime> drops;  ///< a pulse: when the order ends by itself

  void order(bool on, BootTime now);
  void weld();
  void lame();
  /// Both faults gone; the contact follows the order again from now.
  void mend(BootTime now);
  /// True when the contact moved.
  bool advance(BootTime now);
  [[nodiscard]] std::optional<BootTime> next() const;

 private:
  [[nodiscard]] bool wanted() const { return welded || (ordered && !no_pull_in); }
  void follow(BootTime now);
};

}  // namespace inspect::sim
