#pragma once

#include "firmware-agent/detection/link_fault.hpp"
#include "firmware-agent/detection/question_log.hpp"

#include <optional>
#include <span>

namespace inspect::agent {

/// A device of a bus whose answers may get lost or arrive damaged.
struct Suffering {
  const QuestionLog* log = nullptr;
  bool troubled = false;  ///< its leaky count of lost and damaged answers is over its bound
  bool out = false;       ///< has a finding of its own: says nothing about the line
  bool silent = false;    ///< says nothing at all now
  std::chrono::nanoseconds late_by{};
  std::uint8_t other_unit = 0;
};

/// Who is to blame, by the pattern over the devices, and how likely the name is for what was seen.
struct Naming {
  LinkFault fault = LinkFault::degraded;
  std::size_t device = 0;  ///< meaningless for the line's own
  double certainty = 1;
  LinkNumbers numbers;
};

/// A device is blamed alone only if a line that treats every byte alike would load so many failures on it by chance in
/// less than one of so many cases, whichever of the devices it is.
constexpr double chance_of_wrong_blame = 1e-4;
/// The line is blamed only if what the worst device suffers is not as unusual as this.
constexpr double usual_enough = 1e-2;

/// Names what damages or loses answers on one bus, by the last 64 questions to each device; nothing while several
/// causes are as likely. Pure.
///
/// - wrong_address: 2 answers right in everything but the unit (by chance: 2^-16 each).
/// - conflict: 2 doubled answers; or damaged ones and hardly a lost one, which a bad contact, that spoils questions
/// too,
///   would show in under 2 % of cases.
/// - slow: 2 answers after the deadline, as many as half of those missed, and hardly a damaged one; of a device that is
///   troubled, or has 4 among its last 8.
/// - wrong_format: 12 answers without a head, none with, none sound.
/// - degraded: one device alone, and none of these.
/// - bus_wrong_format: 8 last answers of at least 2 devices without a head, none with, none sound.
/// - bus_noise: 12 failures, 5 % of all, 4 with damage on 2 devices, heads among them, shared out by length.
/// - bus_degraded (in trouble, cause not yet known): a device is troubled and others lose answers too, where the
///   transport shows no damage, or after 32 failures and 4 more for each device.
///
/// `loses`: the line was interrupted a moment ago, so losses without damage blame no device. `disturbed`: another
/// master or late answers are on it, which explain what gets damaged; only what a device says in so many words counts.
std::optional<Naming> name_trouble(std::span<const Suffering> devices, bool loses, bool disturbed);

/// Chance that noise as seen on the others would silence `device` so many times in a row; 0 when they show no damage.
double chance_of_silence(std::span<const Suffering> devices, std::size_t device, unsigned misses);

/// P(at least `hits` of `trials`), each with probability `share`.
double binomial_tail(unsigned trials, unsigned hits, double share);

}  // namespace inspect::agent
