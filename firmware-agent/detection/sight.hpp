#pragma once

#include <cstdint>

namespace inspect::agent {

/// What one reading says about one rule.
enum class Sight : std::uint8_t {
  nothing_new,  ///< says nothing yet: what it must be held against has not been read since
  not_judged,   ///< the rule does not apply now, or the value cannot be used: what was pending is dropped
  healthy,      ///< well inside
  between,      ///< neither broken nor well (inside the deadband)
  fault,
};

}  // namespace inspect::agent
