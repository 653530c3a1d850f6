#pragma once

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
};

}  // namespace inspect::modbus
