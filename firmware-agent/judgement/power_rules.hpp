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
  /// `sessions_to_learn`: two weeks of use.
  explicit PowerRules(const Plant& plant, int sessions_to_learn = 40);

  void take(std::uint16_t component, Role role, const Sample& sample, ClaimBook& book);
  /// Once a second of sample time, and at the end of each session.
  void tick(double time, ClaimBook& book);
  void session_over(double time, ClaimBook& book);
  void mended(double time, std::uint16_t component);
  /// The module was told to be off: what was seen of its output is no fault.
  void rest(std::uint16_t component);
  /// The module was told to give so many volts.
  void expect(std::uint16_t component, double volts);
  /// What the module should give; 0: not known, and nothing that needs it is judged.
  [[nodiscard]] double nominal(std::uint16_t component) const { return modules_[module_of_[component]].nominal; }
  /// What is known of a module, and of a feed, of that component.
  template <class Bytes>
  void keep(std::uint16_t component, Bytes& bytes) {
    if (module_of_[component] != nowhere) bytes(modules_[module_of_[component]]);
    for (auto& feed : feeds_) {
      if (feed.component == component) bytes(feed);
    }
  }
  /// Whether the module's input stands, so that its output speaks for itself.
  [[nodiscard]] bool fed(std::uint16_t component) const;

 private:
  struct Channel {
    double value = 0;
    double time = -1e18;

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(value, time);
    }
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
    int well = 0;            ///< readings in a row since it gives what it should
    double session_sum = 0;  ///< of the input in use
    int session_reads = 0;

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(in, amps, dead_since, dead_reads, low_since, low_reads, low_unloaded, out_since, out_reads, out_zero);
      bytes(over, over_since, well, session_sum, session_reads);
    }
  };
  struct Feed {
    std::uint16_t component = nowhere;
    std::vector<std::size_t> modules;
    int sagging_sessions = 0;
    double usual = 0;  ///< session mean against the other feeds, frozen after commissioning
    int learned = 0;
    double mean = 0;          ///< of the session that is over; 0: too little was read
    double fused_at = -1e18;  ///< somebody worked on it
    double live_since = -1;   ///< all of its modules are fed; negative: not all

    template <class Bytes>
    void keep(Bytes& bytes) {
      bytes(sagging_sessions, usual, learned, mean, fused_at, live_since);
    }
  };

  void input(Module& module, const Sample& sample);
  void output(Module& module, const Sample& sample, ClaimBook& book);
  static void recovered(Module& module, double time, ClaimBook& book);
  void overload(Module& module, const Sample& sample, ClaimBook& book);
  void judge_feed(Feed& feed, double time, ClaimBook& book);
  void judge_sag(Feed& feed, double time, ClaimBook& book);
  void judge_bridge(Feed& feed, double share, double time, ClaimBook& book);
  [[nodiscard]] double session_mean(const Feed& feed) const;
  static void forget(Module& module);
  [[nodiscard]] bool others_live(const Feed& feed, double since) const;

  int sessions_to_learn_;
  std::vector<Module> modules_;
  std::vector<Feed> feeds_;
  std::vector<std::uint16_t> module_of_;  ///< by component
};

}  // namespace inspect::judgement
