#pragma once

#include "firmware-agent/judgement/claim.hpp"
#include "firmware-agent/judgement/sample.hpp"

#include <vector>

namespace inspect::judgement {

/// The feeds with the modules behind them: fuse (F1), lead or input diode (D2), sag (P5), bridge (B1); dead module
/// (P6), thermal collapse (P3), overload (P4). What a feed explains is not claimed of its modules
/// (reference: detection 1.2 L6, root cause: supply before component).
class PowerRules {
 public:
  explicit PowerRules(const Plant& plant);

  void take(std::uint16_t component, Role role, const Sample& sample, ClaimBook& book);
  /// Once a second of sample time, and at the end of each session.
  void tick(double time, ClaimBook& book);
  void session_over(double time, ClaimBook& book);
  void mended(double time, std::uint16_t component);
  /// Whether the module's input stands, so that its output speaks for itself.
  [[nodiscard]] bool fed(std::uint16_t component) const;

 private:
  struct Channel {
    double value = 0;
    double time = -1e18;
  };
  struct Module {
    std::uint16_t component = nowhere;
    std::uint16_t output = nowhere, current = nowhere, input = nowhere;  ///< points
    std::size_t feed = 0;
    double nominal = 0, most = 0, least_input = 0, nominal_input = 0;
    Channel in, amps;
    double dead_since = -1;  ///< the input is gone; negative: it is there
    int dead_reads = 0;
    double low_since = -1;
    int low_reads = 0;
    bool low_unloaded = false;
    double out_since = -1;  ///< the output is wrong although the input is there
    int out_reads = 0;
    int out_zero = 0;
    int over = 0;
    double over_since = 0;
    double session_sum = 0;  ///< of the input in use
    int session_reads = 0;
  };
  struct Feed {
    std::uint16_t component = nowhere;
    std::vector<std::size_t> modules;
    int sagging_sessions = 0;
    double usual = 0;  ///< session mean against the other feeds, frozen after commissioning
    int learned = 0;
    double mean = 0;          ///< of the session that is over; 0: too little was read
    double fused_at = -1e18;  ///< somebody worked on it
  };

  void input(Module& module, const Sample& sample);
  void output(Module& module, const Sample& sample, ClaimBook& book);
  void overload(Module& module, const Sample& sample, ClaimBook& book);
  void judge_feed(Feed& feed, double time, ClaimBook& book);
  void judge_sag(Feed& feed, double time, ClaimBook& book);
  void judge_bridge(Feed& feed, double share, double time, ClaimBook& book);
  [[nodiscard]] double session_mean(const Feed& feed) const;
  [[nodiscard]] bool others_live(const Feed& feed, double since) const;

  std::vector<Module> modules_;
  std::vector<Feed> feeds_;
  std::vector<std::uint16_t> module_of_;  ///< by component
};

}  // namespace inspect::judgement
