#include "firmware-agent/store/open_block.hpp"

#include <algorithm>
#include <cmath>

namespace inspect::agent::storage {

bool OpenBlock::is_change(const ValueChange& reading) const {
  const auto* last = this->last(reading.id);
  if (last == nullptr) return true;
  const bool silent = std::abs(reading.ms - last->last_ms) > points_[reading.id].longest_gap_ms;
  return silent || last->quality != reading.quality || !same_bits(last->value, reading.value);
}

void OpenBlock::begin(StoredId id, const Run& run) {
  logs_[id].add(run, points_[id].scaling);
  readings_ += run.count;
  first_ms_ = std::min(first_ms_, run.first_ms);
  last_ms_ = std::max(last_ms_, run.last_ms);
}

void OpenBlock::apply(const SecondRecord& record) {
  std::vector<bool> changed(points_.size());
  for (const auto& change : record.changes) {
    begin(change.id, {change.ms, change.ms, 1, change.value, change.quality});
    changed[change.id] = true;
  }
  for (const auto id : record.read) {
    if (changed[id] || logs_[id].empty()) continue;
    logs_[id].prolong(record.base_ms);
    ++readings_;
    last_ms_ = std::max(last_ms_, record.base_ms);
  }
  previous_base_ = record.base_ms;
  previous_read_ = record.read;
}

void OpenBlock::adopt(StoredId id, const std::vector<Run>& runs) {
  for (const auto& run : runs) begin(id, run);
}

std::size_t OpenBlock::bytes() const {
  std::size_t bytes = 0;
  for (const auto& log : logs_) bytes += log.bytes();
  return bytes;
}

void OpenBlock::clear() { *this = OpenBlock(std::move(points_)); }

}  // namespace inspect::agent::storage
