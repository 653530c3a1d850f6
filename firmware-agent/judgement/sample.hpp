#pragma once

#include "protocol/model/reading.hpp"

#include <cstdint>

namespace inspect::judgement {

/// A reading as judgement takes it: `time` in seconds since 1970 by the gateway's clock, which may step.
struct Sample {
  double time = 0;
  double value = 0;
  std::uint16_t point = 0;
  Reason reason = Reason::none;  ///< none: the value is good

  [[nodiscard]] bool good() const { return reason == Reason::none; }
};

}  // namespace inspect::judgement
