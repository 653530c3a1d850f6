#pragma once

#include "protocol/model/line_signs.hpp"

#include <chrono>
#include <cstdint>

namespace inspect::modbus {

/// Counts of a line or connection since it was made. Foreign, noise and echo are what we did not cause.
struct LineCounters {
  std::uint64_t transactions = 0;
  std::uint64_t answered = 0;  ///< exceptions included
  std::uint64_t exceptions = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t corrupt = 0;
  std::uint64_t refused_frames = 0;  ///< wrong unit, function, length, echo, transaction or protocol id
  std::uint64_t foreign = 0;         ///< whole frames that are neither ours nor an answer to us: a second master
  std::uint64_t noise_bytes = 0;
  std::uint64_t echoes = 0;     ///< own requests heard back and stripped
  std::uint64_t late = 0;       ///< answers that came after their deadline
  std::uint64_t reshaped = 0;   ///< reads made longer so that no answer still owed fits them
  std::uint64_t held_back = 0;  ///< requests not sent because an answer still owed would fit them
  std::uint64_t quarantines = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;

  // Signs of what is wrong with the line. A unit's number is that of the last such frame.
  std::uint64_t head_damaged = 0;       ///< of `corrupt` and cut answers: with the right head and a wrong checksum
  std::uint64_t garbled = 0;            ///< of `corrupt`: bytes came, but no frame and no head of one
  std::uint64_t doubled = 0;            ///< second answers to a question that had been answered
  std::uint64_t other_unit = 0;         ///< of `foreign`: answers right in everything but the unit
  std::uint64_t foreign_questions = 0;  ///< of `foreign`: frames that only another master can have caused
  std::uint64_t framing = 0;            ///< framing and parity errors, where the serial driver counts them
  std::uint8_t late_unit = 0;
  std::uint8_t doubled_unit = 0;
  std::uint8_t other_unit_number = 0;
  std::chrono::nanoseconds late_by{};  ///< from the end of the question to the last late answer
};

/// What came to the counters between two looks at them.
inline LineSigns signs_between(const LineCounters& before, const LineCounters& after) {
  const auto more = [&](std::uint64_t LineCounters::*count) {
    return static_cast<std::uint32_t>(after.*count - before.*count);
  };
  LineSigns signs;
  signs.bytes_out = more(&LineCounters::bytes_out);
  signs.bytes_in = more(&LineCounters::bytes_in);
  signs.damaged = more(&LineCounters::head_damaged);
  signs.garbled = more(&LineCounters::garbled);
  signs.doubled = more(&LineCounters::doubled);
  signs.late = more(&LineCounters::late);
  signs.other_unit = more(&LineCounters::other_unit);
  signs.foreign = more(&LineCounters::foreign_questions);
  signs.echoes = more(&LineCounters::echoes);
  signs.framing = more(&LineCounters::framing);
  signs.held_back = more(&LineCounters::held_back);
  signs.doubled_unit = after.doubled_unit;
  signs.late_unit = after.late_unit;
  signs.other_unit_number = after.other_unit_number;
  signs.late_by = after.late_by;
  return signs;
}

}  // namespace inspect::modbus
