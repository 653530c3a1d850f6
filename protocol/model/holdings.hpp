#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace inspect {

constexpr std::size_t most_epochs_held = 16;
constexpr std::size_t most_ranges_held = 32;
constexpr std::uint64_t largest_row = 9223372036854775807ULL;  ///< SQLite's row ids end there

/// Numbers from `first` to `last`, both included, from 1.
struct SeqRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;

  friend bool operator==(const SeqRange&, const SeqRange&) = default;
};

/// What the centre holds of one database of a gateway. What it does not name it does not hold.
struct Holding {
  std::string epoch;
  std::vector<SeqRange> held;  ///< ascending, none touching what another names

  friend bool operator==(const Holding&, const Holding&) = default;
};

/// Each range is one, and they ascend without overlapping.
bool in_order(const std::vector<SeqRange>& ranges);

/// The numbers from 1 to `largest_row` that are in none of `held`, which is in order.
std::vector<SeqRange> gaps(const std::vector<SeqRange>& held);

}  // namespace inspect
