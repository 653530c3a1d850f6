#pragma once

#include "firmware-agent/guard/guard.hpp"

namespace inspect::tests {

/// A permit as the guard gives it when everything speaks for it.
inline drivers::WritePermit permit(const std::string& device, const std::string& action, BootTime now) {
  guard::Guard guard({{{device, action}}, {}});
  return std::move(*guard.permit({device, action}, guard::Identity::proven, {now, {}, ClockTrust::ntp}));
}

}  // namespace inspect::tests
