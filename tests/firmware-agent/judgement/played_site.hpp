#pragma once

#include "tests/firmware-agent/judgement/small_site.hpp"

#include <functional>
#include <utility>

namespace inspect::judgement::tests {

/// Days of a small site, minute by minute, that a test may break: sound devices, two sessions of an hour a day.
class PlayedSite {
 public:
  static constexpr double day = 86400;

  Site site;
  Calendar calendar;
  double start = 1735660800;
  /// May change a reading before it is told, or leave it out (false).
  std::function<bool(Sample&)> break_it = [](Sample&) { return true; };

  explicit PlayedSite(int days) : days_(days) {
    for (int d = 0; d < days; ++d) {
      for (const double hour : {9.0, 14.0}) {
        calendar.sessions.push_back({start + d * day + hour * 3600, start + d * day + (hour + 1) * 3600, false});
      }
    }
  }

  void play(const std::function<void(const Sample&)>& tell) const {
    for (const auto& session : calendar.sessions) {
      test_reference(session.start - 60, tell);
      for (double t = session.start; t < session.end; t += 60) minute(t, tell);
    }
    put(start + days_ * day, "l1", Role::latency, 8, tell);
  }

 private:
  using Tell = std::function<void(const Sample&)>;

  void put(double time, const char* component, Role role, double value, const Tell& tell) const {
    auto sample = site.sample(time, component, role, value);
    if (break_it(sample)) tell(sample);
  }
  void test_reference(double t, const Tell& tell) const {
    put(t, "t", Role::test_voltage, 0, tell);
    put(t + 2, "t", Role::zero, wobble(t), tell);
    put(t + 20, "t", Role::check_ratio, 1 + 0.003 * wobble(t), tell);
  }
  void minute(double t, const Tell& tell) const {
    for (const auto* relay : {"k1", "k2"}) {
      operate(t, relay, 1, tell);
      put(t, relay, Role::operate_time, 6.5 + 0.2 * wobble(t), tell);
      put(t + 1, relay, Role::contact_resistance, 40 + 3 * wobble(t), tell);
    }
    for (const auto* module : {"m1", "m2", "m3", "m4"}) {
      const double amps = 0.8 + 0.3 * wobble(t / 7);
      put(t + 5, module, Role::output_voltage, 5.01 - 0.02 * amps, tell);
      put(t + 5, module, Role::output_current, amps, tell);
      put(t + 5, module, Role::output_ripple, 30 + wobble(t), tell);
      put(t + 5, module, Role::temperature, 40 + 2 * wobble(t / 3), tell);
      put(t + 5, module, Role::input_voltage, 18 + 0.1 * wobble(t), tell);
    }
    put(t + 10, "t", Role::test_voltage, 242 + 0.5 * wobble(t), tell);
    for (int i = 0; i < 3; ++i) put(t + 12 + 2 * i, "t", Role::leakage_current, 300 + 90 * wobble(t) + i % 2, tell);
    put(t + 20, "t", Role::insulation, 60 + 20 * wobble(t), tell);
    for (const auto* link : {"l1", "l2", "l3", "l4"}) {
      put(t + 25, link, Role::error_count, 7, tell);
      put(t + 25, link, Role::latency, 8, tell);
    }
    for (const auto* relay : {"k1", "k2"}) operate(t + 30, relay, 0, tell);
  }
  void operate(double t, const char* relay, double on, const Tell& tell) const {
    put(t, relay, Role::command, on, tell);
    put(t, relay, Role::feedback, on, tell);
  }
  /// -1 … 1, without pattern to the rules and the same everywhere: a multiplicative hash of the minute.
  static double wobble(double t) {
    const auto minute = static_cast<std::uint32_t>(t / 60);
    return static_cast<double>((minute * 2654435761U) >> 8U) / (1U << 23U) - 1;
  }

  int days_;
};

}  // namespace inspect::judgement::tests
