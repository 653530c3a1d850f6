#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/sample.hpp"

#include <vector>

namespace inspect::judgement {

/// Cables (U1) and hubs (U2), told from a plug that somebody moved and from power that went off
/// (reference: detection 1.2 h).
class LinkRules {
 public:
  explicit LinkRules(const Plant& plant);

  void take(std::uint16_t component, Role role, const Sample& sample, ClaimBook& book);
  void mended(std::uint16_t component);
  /// Whether the link was in trouble lately, so that line errors behind it say nothing of the devices.
  template <class Bytes>
  void keep(std::uint16_t component, Bytes& bytes) {
    if (link_of_[component] == nowhere) return;
    auto& l = links_[link_of_[component]];
    bytes(l.usual, l.tried_at, l.silent_since, l.trouble_at, l.count, l.burst, l.burst_at, l.untold, l.untold_at);
  }
  [[nodiscard]] bool troubled(std::uint16_t link, double time) const;

 private:
  struct Link {
    std::uint16_t component = nowhere, hub = nowhere, errors_point = nowhere;
    double usual = 0;  ///< ms
    double tried_at = -1e18;
    double silent_since = -1;
    double trouble_at = -1e18;
    double count = -1;
    double burst = 0;  ///< errors with a symptom, halved daily
    double burst_at = 0;
    double untold = 0;  ///< errors of the last minute whose symptom may still come
    double untold_at = -1e18;
  };

  void latency(Link& link, const Sample& sample, ClaimBook& book);
  void errors(Link& link, const Sample& sample);
  void judge_cable(Link& link, double time, ClaimBook& book);
  void judge_hubs(const Link& answered, double time, ClaimBook& book);
  [[nodiscard]] bool silent(std::uint16_t hub, double time) const;

  std::vector<Link> links_;
  std::vector<std::uint16_t> link_of_;  ///< by component
};

}  // namespace inspect::judgement
