#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/first_analysis.hpp"
#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/trend_rules.hpp"
#include "protocol/catalogue/catalogue.hpp"

namespace inspect::agent {

// What judgement claims, in sentences and numbers. Nothing here decides anything.

/// Judgement counts seconds since 1970.
WallTime wall_of(double seconds);

/// A fault that is there, in the catalogue's words, and how it was found.
Text say_claim(const catalogue::FaultKind& kind, const judgement::Claim& claim);

struct ClaimFacts {
  const Site& site;
  PointIndex point;
  const catalogue::FaultKind& kind;
  const judgement::Claim& claim;
  const judgement::TrendRules* trend;  ///< nullptr: nothing is known of how the point wears
};
/// The claim with its evidence: the way from the baseline to today's level, day by day, and the limit ahead.
Observation observe_claim(const ClaimFacts& facts);

}  // namespace inspect::agent
