#pragma once

#include "firmware-agent/inspection/leakage_verdict.hpp"
#include "protocol/core/clock.hpp"

#include <chrono>
#include <optional>

namespace inspect::inspection {

/// One test of an instrument that is known by its contacts, from the start pulse to its verdict. Pure.
///
/// The verdict of the test before is not this one's: a contact that was closed before the start counts only after it
/// was seen open, and a contact counts when it was seen closed twice in a row.
class ContactRun {
 public:
  struct Contacts {
    bool pass = false;
    bool fail = false;

    friend bool operator==(const Contacts&, const Contacts&) = default;
  };

  ContactRun(Contacts before, BootTime started, std::chrono::milliseconds longest)
      : stale_(before), ends_(started + longest) {}

  /// What the contacts are now; the verdict, once there is one.
  std::optional<Judgement> look(Contacts now, BootTime at);

 private:
  Contacts stale_;  ///< closed since before the start
  std::optional<Contacts> last_;
  BootTime ends_;
};

}  // namespace inspect::inspection
