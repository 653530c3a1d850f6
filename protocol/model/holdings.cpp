#include "protocol/model/holdings.hpp"

namespace inspect {

bool in_order(const std::vector<SeqRange>& ranges) {
  std::uint64_t before = 0;
  for (const auto& range : ranges) {
    if (range.first <= before || range.last < range.first || range.last > largest_row) return false;
    before = range.last;
  }
  return true;
}

std::vector<SeqRange> gaps(const std::vector<SeqRange>& held) {
  std::vector<SeqRange> out;
  std::uint64_t next = 1;
  for (const auto& range : held) {
    if (range.first > next) out.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= largest_row) out.push_back({next, largest_row});
  return out;
}

}  // namespace inspect
