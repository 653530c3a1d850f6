#include "firmware-agent/polling/overheard_signs.hpp"

#include <algorithm>
#include <utility>

namespace inspect::agent {

using modbus::Heard;

void OverheardSigns::take(const Heard& heard) {
  switch (heard.what) {
    case Heard::What::question:
      open_ = Asked{heard.unit, heard.function};
      answered_.reset();
      signs_.damaged = signs_.garbled = signs_.other_unit = signs_.bytes_in = 0;
      signs_.bytes_out = static_cast<std::uint32_t>(heard.bytes.size());
      break;
    case Heard::What::answer:
    case Heard::What::refusal:
      signs_.bytes_in += static_cast<std::uint32_t>(heard.bytes.size());
      answered_ = std::exchange(open_, std::nullopt);
      break;
    case Heard::What::unanswered:
      missed_[heard.unit] = heard.at - heard.delay;
      open_.reset();
      break;
    case Heard::What::damaged: damaged(heard); break;
    case Heard::What::late:
      ++signs_.late;
      signs_.late_unit = heard.unit;
      if (const auto asked = missed_.find(heard.unit); asked != missed_.end()) {
        signs_.late_by = std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds{heard.at - asked->second});
      }
      break;
    case Heard::What::stray: stray(heard); break;
    case Heard::What::echo:
    case Heard::What::noise: break;
  }
}

void OverheardSigns::damaged(const Heard& heard) {
  signs_.bytes_in += static_cast<std::uint32_t>(heard.bytes.size());
  const bool head = open_ && heard.bytes.size() > 1 && heard.unit == open_->unit && heard.function == open_->function;
  // An answer that comes in pieces is one.
  if (head) {
    signs_.damaged = 1;
    signs_.garbled = 0;
  } else if (signs_.damaged == 0) {
    signs_.garbled = 1;
  }
}

void OverheardSigns::stray(const Heard& heard) {
  if (open_ && heard.function == open_->function && heard.unit != open_->unit) {
    signs_.other_unit = 1;
    signs_.other_unit_number = heard.unit;
  }
  if (answered_ && heard.function == answered_->function && heard.unit == answered_->unit) {
    ++signs_.doubled;
    signs_.doubled_unit = heard.unit;
  }
}

LineSigns OverheardSigns::end() { return std::exchange(signs_, {}); }

}  // namespace inspect::agent
