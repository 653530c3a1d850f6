#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect {

/// Which detector judges a rule.
enum class Detector : std::uint8_t {
  limit,     ///< point outside [low, high], with on-delay, off-delay and deadband
  mismatch,  ///< commanded state against feedback, after the settle time
  frozen,    ///< the same raw value while something that should move it moved
};

std::string_view name(Detector detector);
std::optional<Detector> detector_from(std::string_view name);

/// One thing that healthy means, as a profile or a site configuration says it. Pure data.
///
/// Point names are local ("output.voltage") in a profile and may be "device/point" in a site's configuration.
struct Rule {
  Detector detector = Detector::limit;
  std::string kind;     ///< kind of fault in the catalogue, e.g. "rail.low"
  std::string point;    ///< what is judged; for mismatch: the feedback
  std::string against;  ///< mismatch: the commanded state; frozen: the point that should move it; else empty

  std::optional<double> low;   ///< limit: opens below it, in the point's unit
  std::optional<double> high;  ///< limit: opens above it, in the point's unit
  double deadband = 0;         ///< limit: closes only when back inside by this much
  /// mismatch: judged only while the command has this value (1 = on, 0 = off); without it both ways are judged
  std::optional<bool> when;
  /// limit: judged only while `against` reads at least this much (e.g. leakage only with test voltage on)
  std::optional<double> only_above;

  std::chrono::milliseconds on_delay{0};   ///< must last this long before it opens; a second read always confirms
  std::chrono::milliseconds off_delay{0};  ///< must be well this long before it closes
  std::chrono::milliseconds settle{0};     ///< mismatch: after a change of command, nothing is judged for this long
  std::chrono::milliseconds window{0};     ///< frozen: how long the value must not have moved
  std::string part;                        ///< overrides the catalogue's part for this model; empty: the catalogue's

  friend bool operator==(const Rule&, const Rule&) = default;
};

}  // namespace inspect
