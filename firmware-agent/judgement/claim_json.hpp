#pragma once

#include "firmware-agent/judgement/claim.hpp"

#include <string>

namespace inspect::judgement {

/// The claim as one line: time, device, point, fault, part, severity, state, predicted_cross, probability, cross_lo,
/// cross_hi. Times in seconds since 1970 to a hundredth, probabilities to a thousandth.
std::string to_json(const Claim& claim, const Plant& plant);

}  // namespace inspect::judgement
