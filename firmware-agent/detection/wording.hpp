#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/model/finding.hpp"
#include "protocol/model/reading.hpp"
#include "protocol/model/rule.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace inspect::agent {

// The sentences of the first analysis, Chinese and English, each with its numbers. Nothing here decides anything.

/// "2026-11-24 08:00:03 UTC", with a remark when the clock could not be trusted.
Text say_time(const Moment& moment);

Text say_limit(const drivers::PointSpec& spec, const Rule& rule, const Reading& reading, const Moment& since);
/// "limit 11.4 V": the one that was passed.
Text limit_note(const drivers::PointSpec& spec, const Rule& rule, double value);

Text say_mismatch(const drivers::PointSpec& feedback, const drivers::PointSpec& command, bool commanded,
                  const Moment& since);
Text commanded_note(bool commanded);
/// A rule that is judged only while the command has one value cannot show its end before the command has it again.
Text say_mismatch_end(const drivers::PointSpec& feedback, const drivers::PointSpec& command, bool commanded);

struct FrozenFacts {
  const drivers::PointSpec& spec;
  const Reading& reading;
  std::chrono::milliseconds window;
  const drivers::PointSpec* other;  ///< nothing: the window alone decided
  double other_span;
};
Text say_frozen(const FrozenFacts& facts, const Moment& since);

Text say_implausible(const drivers::PointSpec& spec, const Moment& since);
Text plausible_note(const drivers::PointSpec& spec);

/// What to check first when `others` more of the same device show the same.
Text say_likewise(std::size_t others);

}  // namespace inspect::agent
