#pragma once

#include "protocol/core/clock.hpp"

#include <algorithm>
#include <chrono>

namespace inspect::agent {

/// Share of a busy bus that asking dormant devices may cost, all of them together. Idle time costs nobody anything and
/// is used beside it.
constexpr double probe_share = 0.01;
/// So much of it may be saved up: a device that fell silent is asked two or three times soon, to tell its silence from
/// the line's.
constexpr std::chrono::milliseconds probe_savings{20};
/// Of each 20 parts one is kept for patient probes: a device may have become slower while it was gone.
constexpr double patient_part = 0.05;
/// The first patient probe waits so long, each further one twice as long as the one before, …
constexpr std::chrono::milliseconds first_patience{40};
/// … up to here: no device's limit is longer.
constexpr std::chrono::milliseconds longest_patience{2000};

/// What a full bus spares for dormant devices. A probe may be asked while something is left, and may overdraw; so in
/// any time t all probes together cost at most share * t + savings + one probe. Pure.
class ProbeBudget {
 public:
  /// From when on a probe may be asked.
  [[nodiscard]] BootTime allowed_from() const {
    return quick_.at + time_for(-quick_.left, probe_share * (1 - patient_part));
  }
  /// The time to wait that was saved for a patient probe, once it is enough for one; else 0.
  [[nodiscard]] std::chrono::nanoseconds patience(BootTime now) const {
    return patient_left(now) >= patience_ ? patience_ : std::chrono::nanoseconds{0};
  }
  void pay(BootTime now, std::chrono::nanoseconds cost, bool patient) {
    quick_.left = quick_left(now);
    quick_.at = now;
    if (!patient) {
      quick_.left -= cost;
      return;
    }
    patient_.left = patient_left(now) - cost;
    patient_.at = now;
    patience_ = std::min<std::chrono::nanoseconds>(2 * patience_, longest_patience);
  }
  /// From here on there is somebody to be patient with. What was not needed before is not saved up for it.
  void begin(BootTime now) {
    patient_ = {now, {}};
    patience_ = first_patience;
  }

 private:
  struct Account {
    BootTime at{};
    std::chrono::nanoseconds left{};
  };

  static std::chrono::nanoseconds time_for(std::chrono::nanoseconds cost, double share) {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(cost.count()) / share)};
  }
  static std::chrono::nanoseconds saved(const Account& account, BootTime now, double share) {
    return account.left +
           std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>((now - account.at).count()) * share)};
  }
  [[nodiscard]] std::chrono::nanoseconds quick_left(BootTime now) const {
    return std::min<std::chrono::nanoseconds>(saved(quick_, now, probe_share * (1 - patient_part)), probe_savings);
  }
  [[nodiscard]] std::chrono::nanoseconds patient_left(BootTime now) const {
    return std::min(saved(patient_, now, probe_share * patient_part), patience_);
  }

  Account quick_{{}, probe_savings};
  Account patient_;
  std::chrono::nanoseconds patience_ = first_patience;
};

}  // namespace inspect::agent
