#include "firmware-agent/control/trace_ring.hpp"

#include <algorithm>
#include <utility>

namespace inspect::agent {

std::uint64_t trace_microseconds(BootTime at) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

void TraceRing::push(control::Passage passage, std::span<const std::uint8_t> bytes, BootTime at) {
  records_.push_back({at, passage, {bytes.begin(), bytes.end()}});
  bytes_ += bytes.size();
  while (records_.size() > most_records || bytes_ > most_bytes) {
    bytes_ -= records_.front().bytes.size();
    records_.pop_front();
    ++dropped_;
  }
}

std::vector<control::TraceRecord> TraceRing::take(std::size_t most) {
  std::vector<control::TraceRecord> taken;
  const auto count = std::min(most, records_.size());
  taken.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& record = records_.front();
    taken.push_back({trace_microseconds(record.at), record.passage, control::to_hex(record.bytes)});
    bytes_ -= record.bytes.size();
    records_.pop_front();
  }
  return taken;
}

std::uint64_t TraceRing::take_dropped() { return std::exchange(dropped_, 0); }

}  // namespace inspect::agent
