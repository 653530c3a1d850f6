#include "firmware-agent/judgement/claim.hpp"

#include <array>
#include <cmath>

namespace inspect::judgement {

const FaultFacts& facts(Fault fault) {
  // Parts and severities: the fault model's table. What comes and goes is quiet for weeks and still the same fault.
  static constexpr std::array<FaultFacts, fault_count> all{{
      {"R1", "SRD-05VDC-SL-C", "major", 14},
      {"R2", "SRD-05VDC-SL-C", "major", 14},
      {"R3", "SRD-05VDC-SL-C", "preventive", 14},
      {"R4", "SRD-05VDC-SL-C", "ordinary", 30},
      {"R5", "SRD-05VDC-SL-C", "preventive", 14},
      {"R6", "SRD-05VDC-SL-C", "ordinary", 30},
      {"P1", "LM2596S", "preventive", 14},
      {"P2", "LM2596S", "preventive", 14},
      {"P3", "LM2596S", "major", 14},
      {"P4", "none", "ordinary", 14},
      {"P5", "none", "ordinary", 14},
      {"P6", "LM2596S", "major", 14},
      {"B1", "KBP310", "ordinary", 14},
      {"B2", "KBP310", "major", 14},
      {"F1", "fuse", "major", 14},
      {"D1", "diode", "ordinary", 30},
      {"D2", "diode", "ordinary", 14},
      {"L1", "test-lead", "major", 14},
      {"L2", "test-lead", "ordinary", 30},
      {"G1", "ground-clamp", "major", 14},
      {"W1", "wire-30AWG", "ordinary", 30},
      {"U1", "usb-cable", "ordinary", 30},
      {"U2", "none", "ordinary", 14},
      {"T1", "calibration", "preventive", 14},
      {"T2", "calibration", "preventive", 14},
      {"T3", "tester", "major", 14},
      {"T4", "test-lead", "ordinary", 14},
  }};
  return all[static_cast<std::size_t>(fault)];
}

ClaimBook::Standing* ClaimBook::find(std::uint16_t component, std::uint16_t point, Fault fault) {
  for (auto& s : open_) {
    if (s.claim.component == component && s.claim.point == point && s.claim.fault == fault) return &s;
  }
  return nullptr;
}

void ClaimBook::end(std::size_t at, double time) {
  auto claim = open_[at].claim;
  claim.raised = false;
  claim.time = time;
  told.push_back(claim);
  open_[at] = open_.back();
  open_.pop_back();
}

void ClaimBook::see(double time, std::uint16_t component, std::uint16_t point, Fault fault) {
  auto* standing = find(component, point, fault);
  if (standing != nullptr) standing->seen = time;
  if (standing != nullptr && !standing->claim.forecast) return;
  const Claim claim{time, component, point, fault, true, std::nullopt};
  if (standing != nullptr) {
    standing->claim = claim;
  } else if (open_.size() < most) {
    open_.push_back({claim, time});
  } else {
    ++dropped;
    return;
  }
  told.push_back(claim);
}

void ClaimBook::restore(const Standing& standing) {
  const auto& c = standing.claim;
  if (open_.size() < most && find(c.component, c.point, c.fault) == nullptr) open_.push_back(standing);
}

bool ClaimBook::expect(double time, std::uint16_t component, std::uint16_t point, Fault fault,
                       const Forecast& forecast) {
  constexpr double news = 0.02;
  auto* standing = find(component, point, fault);
  const Claim claim{time, component, point, fault, true, forecast};
  if (standing == nullptr) {
    if (open_.size() >= most) {
      ++dropped;
      return false;
    }
    open_.push_back({claim, time});
    told.push_back(claim);
    return true;
  }
  standing->seen = time;
  if (!standing->claim.forecast) return false;
  if (std::abs(standing->claim.forecast->probability - forecast.probability) < news) return false;
  standing->claim = claim;
  told.push_back(claim);
  return true;
}

void ClaimBook::withdraw(double time, std::uint16_t point, Fault fault) {
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_[i].claim.point == point && open_[i].claim.fault == fault && open_[i].claim.forecast) return end(i, time);
  }
}

void ClaimBook::over(double time, std::uint16_t component, Fault fault) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].claim.component == component && open_[i].claim.fault == fault) end(i, time);
  }
}

bool ClaimBook::stands(std::uint16_t component, Fault fault) const {
  for (const auto& s : open_) {
    if (s.claim.component == component && s.claim.fault == fault && !s.claim.forecast) return true;
  }
  return false;
}

void ClaimBook::mended(double time, std::uint16_t component) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].claim.component == component) end(i, time);
  }
}

void ClaimBook::age(double time) {
  constexpr double day = 86400;
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (time - open_[i].seen > facts(open_[i].claim.fault).quiet_days * day) end(i, time);
  }
}

}  // namespace inspect::judgement
