#include "protocol/modbus/line_meter.hpp"

#include <algorithm>

namespace inspect::modbus {
namespace {

/// Of another master it is not known when it gave up; longer than this nobody waits, and the line was idle.
constexpr std::chrono::seconds longest_wait{1};

}  // namespace

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
      open_ = true;
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
      open_ = false;
      break;
    }
    case What::unanswered: {
      auto& unit = use_.units[heard.unit];
      ++(heard.corrupt ? unit.damaged : unit.unanswered);
      unit.waiting += std::min<Nanoseconds>(heard.delay, longest_wait);
      open_ = false;
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
  // What is being waited for now is not told yet.
  if (open_) use.busy += std::clamp<Nanoseconds>(now - last_, Nanoseconds{0}, longest_wait);
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
