#pragma once

#include "protocol/catalogue/limits.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"
#include "protocol/usb/scpi.hpp"
#include "protocol/usb/tester_words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::inspection {

/// What is known of the instrument that measured. What is not known makes a verdict impossible, never lenient.
struct Instrument {
  std::string name;
  catalogue::Form form = catalogue::Form::rms;  ///< how it counts
  std::optional<double> of_reading;             ///< uncertainty (k = 2), as a share of the reading: 0.02 for 2 %
  double fixed = 0;                             ///< and a fixed part, in the limit's unit: digits, noise
  std::optional<double> lowest;                 ///< of its range, in the limit's unit: what "under" means
  std::optional<double> highest;                ///< of its range: what "over" means
  std::optional<WallTime> calibrated_until;     ///< nothing: nobody knows of a calibration
};

enum class Verdict : std::uint8_t { pass, fail, undecidable };
std::string_view name(Verdict verdict);

/// A verdict, and why, for people. `value` and `uncertainty` are in the limit's unit and 0 where there is no value.
struct Judgement {
  Verdict verdict = Verdict::undecidable;
  Text why;
  double value = 0;
  double uncertainty = 0;
};

/// The true value lies in reading ± uncertainty. Pass: all of that lies within the bounds. Fail: none of it does.
/// Anything else is undecidable with this instrument, and so is: a reading in another unit or form than the limit, a
/// calibration that is over or unknown, a date that cannot be believed, and no number. A reading beyond the range
/// passes or fails only when the end of the range decides it already.
Judgement judge(const catalogue::Limit& limit, const catalogue::Bounds& bounds, const usb::Quantity& reading,
                const Instrument& instrument, const Moment& now);

/// What the contacts of an instrument say that has no other words. Both at once is a wiring fault, neither when the
/// time is over is no verdict; its own limit, set at its front panel, stands behind pass and fail.
Judgement judge_contacts(bool pass, bool fail, bool time_is_over);

}  // namespace inspect::inspection
