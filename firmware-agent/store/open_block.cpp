#include "firmware-agent/store/open_block.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace inspect::agent::storage {

namespace {

constexpr double largest_raw = 9007199254740992.0;  // 2^53: beyond it a double skips integers

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

RawValue raw_of(double value, const Scaling& scaling) {
  const double raw = std::nearbyint((value - scaling.offset) / scaling.scale);
  if (!(std::abs(raw) < largest_raw)) return {};
  const auto integer = static_cast<std::int64_t>(raw);
  return {same_bits(value_of(integer, scaling), value), integer};
}

double value_of(std::int64_t raw, const Scaling& scaling) {
  return static_cast<double>(raw) * scaling.scale + scaling.offset;
}

bool OpenBlock::is_change(const ValueChange& reading) const {
  const auto& runs = runs_[reading.id];
  if (runs.empty()) return true;
  const auto& last = runs.back();
  const bool silent = std::abs(reading.ms - last.last_ms) > points_[reading.id].longest_gap_ms;
  return silent || last.quality != reading.quality || !same_bits(last.value, reading.value);
}

void OpenBlock::apply(const SecondRecord& record) {
  std::vector<StoredId> changed;
  for (const auto& change : record.changes) {
    runs_[change.id].push_back({change.ms, change.ms, 1, change.value, change.quality});
    changed.push_back(change.id);
    ++readings_;
  }
  std::sort(changed.begin(), changed.end());
  for (const auto id : record.read) {
    if (std::binary_search(changed.begin(), changed.end(), id) || runs_[id].empty()) continue;
    auto& run = runs_[id].back();
    run.last_ms = std::max(run.last_ms, record.base_ms);
    ++run.count;
    ++readings_;
  }
  previous_base_ = record.base_ms;
  previous_read_ = record.read;
}

void OpenBlock::adopt(StoredId id, const std::vector<Run>& runs) {
  for (const auto& run : runs) readings_ += run.count;
  runs_[id] = runs;
}

void OpenBlock::clear() { *this = OpenBlock(std::move(points_)); }

}  // namespace inspect::agent::storage
