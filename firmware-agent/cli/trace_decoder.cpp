#include "firmware-agent/cli/trace_decoder.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace inspect::cli {

namespace {

using std::chrono::microseconds;

BootTime boot(std::uint64_t us) {
  // A file may hold any number; the clock holds 292 years of nanoseconds.
  constexpr std::uint64_t most = 9'000'000'000'000'000ULL;
  return BootTime{microseconds{static_cast<std::int64_t>(std::min(us, most))}};
}

}  // namespace

TraceDecoder::TraceDecoder(control::TraceHead head) : head_(std::move(head)), now_(boot(head_.us)) { lost(); }

void TraceDecoder::lost() {
  counters_ = {};  // as at the beginning: what is half heard before the next question is nobody's noise
  if (over_tcp()) {
    tcp_.emplace(counters_);
  } else {
    rtu_.emplace(modbus::WireTime(head_.baud), counters_);
  }
}

std::optional<modbus::WireTime> TraceDecoder::wire() const {
  if (over_tcp()) return std::nullopt;
  return modbus::WireTime(head_.baud);
}

void TraceDecoder::take(const control::TraceRecord& record, std::vector<modbus::Heard>& out) {
  const auto bytes = control::from_hex(record.hex).value_or(modbus::Bytes{});
  const auto at = std::max(now_, boot(record.us));
  // What became due between the records, at its own time.
  while (rtu_) {
    const auto wake = rtu_->wake();
    if (!wake || *wake >= at || *wake <= now_) break;
    now_ = *wake;
    rtu_->heard({}, now_, out);
  }
  now_ = at;
  const auto tell = [&](auto& ears) {
    switch (record.dir) {
      case control::Passage::out: return ears.sent(bytes, now_, out);
      case control::Passage::in: return ears.heard(bytes, now_, out);
      case control::Passage::end: return ears.gave_up(now_, out);
    }
  };
  if (rtu_) tell(*rtu_);
  if (tcp_) tell(*tcp_);
}

void TraceDecoder::finish(std::vector<modbus::Heard>& out) {
  if (!rtu_) return;
  // Long enough for every bound of the ears.
  now_ += std::chrono::seconds{5};
  rtu_->heard({}, now_, out);
}

WallTime TraceDecoder::wall(BootTime at) const {
  return head_.started + std::chrono::duration_cast<std::chrono::milliseconds>(at - boot(head_.us));
}

const control::TraceUnit* TraceDecoder::device(std::uint8_t unit) const {
  const auto found = std::find_if(head_.devices.begin(), head_.devices.end(),
                                  [unit](const control::TraceUnit& one) { return one.unit == unit; });
  return found == head_.devices.end() ? nullptr : &*found;
}

}  // namespace inspect::cli
