#include "protocol/modbus/line_meter.hpp"

#include <algorithm>

namespace inspect::modbus {
namespace {

/// Of another master it is not known when it gave up; longer than this nobody waits, and the line was idle.
constexpr std::chrono::seconds longest_wait{1};

}  // namespace

void UnitUse::add(const UnitUse& other) {
  questions += other.questions;
  answered += other.answered;
  refused += other.refused;
  unanswered += other.unanswered;
  damaged += other.damaged;
  late += other.late;
  wire += other.wire;
  waiting += other.waiting;
  slowest = std::max(slowest, other.slowest);
}

void LineUse::add(const LineUse& other) {
  span += other.span;
  busy += other.busy;
  silence += other.silence;
  idle += other.idle;
  if (other.shortest_gap) shortest_gap = std::min(shortest_gap.value_or(*other.shortest_gap), *other.shortest_gap);
  if (other.longest_gap) longest_gap = std::max(longest_gap.value_or(*other.longest_gap), *other.longest_gap);
  for (const auto& [number, unit] : other.units) units[number].add(unit);
  foreign += other.foreign;
  stray += other.stray;
  echoes += other.echoes;
  noise_bytes += other.noise_bytes;
  doubtful += other.doubtful;
}

void LineMeter::gap(Nanoseconds length) {
  if (length <= Nanoseconds{0}) return;
  if (!use_.shortest_gap || length < *use_.shortest_gap) use_.shortest_gap = length;
  if (!use_.longest_gap || length > *use_.longest_gap) use_.longest_gap = length;
  use_.silence += wire_ ? std::min(length, wire_->silence()) : Nanoseconds{0};
}

void LineMeter::take(const Heard& heard) {
  using What = Heard::What;
  const auto length = characters(heard.bytes.size());
  switch (heard.what) {
    case What::question: {
      auto& unit = use_.units[heard.unit];
      ++unit.questions;
      unit.wire += length;
      if (!heard.ours) ++use_.foreign;
      gap(heard.at - length - last_);
      break;
    }
    case What::answer:
    case What::refusal: {
      auto& unit = use_.units[heard.unit];
      ++(heard.what == What::answer ? unit.answered : unit.refused);
      unit.wire += length;
      unit.waiting += heard.delay;
      unit.slowest = std::max(unit.slowest, heard.delay);
      if (heard.doubtful) ++use_.doubtful;
      break;
    }
    case What::unanswered: {
      auto& unit = use_.units[heard.unit];
      ++(heard.corrupt ? unit.damaged : unit.unanswered);
      unit.waiting += std::min<Nanoseconds>(heard.delay, longest_wait);
      break;
    }
    case What::late: ++use_.units[heard.unit].late; break;
    case What::stray: ++use_.stray; break;
    case What::echo: ++use_.echoes; break;
    case What::damaged:
    case What::noise: use_.noise_bytes += heard.bytes.size(); break;
  }
  last_ = std::max(last_, heard.at);
}

LineUse LineMeter::use(BootTime now) const {
  auto use = use_;
  use.span = std::max(Nanoseconds{0}, Nanoseconds{now - from_});
  for (const auto& [number, unit] : use.units) use.busy += unit.busy();
  use.busy = std::min(use.busy, use.span);
  use.silence = std::min(use.silence, use.span - use.busy);
  use.idle = use.span - use.busy - use.silence;
  return use;
}

void LineMeter::restart(BootTime now) {
  use_ = {};
  from_ = now;
}

}  // namespace inspect::modbus
