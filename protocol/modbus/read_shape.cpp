#include "protocol/modbus/read_shape.hpp"

#include <algorithm>

namespace inspect::modbus {
namespace {
constexpr std::uint32_t most_steps = 8;
}

bool ReadShape::usable(const Request& candidate, const OwedAnswers& owed) const {
  // What reaches over registers that were refused will be refused as well.
  const bool known_bad = std::any_of(refused_.begin(), refused_.end(), [&](const Refused& refused) {
    return refused.unit == candidate.unit && refused.function == candidate.function &&
           refused.address >= candidate.address &&
           refused.address + refused.quantity <= candidate.address + candidate.quantity;
  });
  return !known_bad && owed.fit(candidate) != OwedAnswers::Fit::other;
}

bool ReadShape::choose(const Request& wanted, const Allowance& allowance, const OwedAnswers& owed) {
  wanted_ = wanted;
  asked_ = wanted;
  if (!is_read(wanted.function) || owed.fit(wanted) != OwedAnswers::Fit::other) return true;

  const bool bits = is_of_bits(wanted.function);
  const std::uint32_t limit = bits ? std::min<std::uint32_t>(allowance.bits_per_read, 2000)
                                   : std::min<std::uint32_t>(allowance.registers_per_read, 125);
  const std::uint32_t unit = bits ? 8 : 1;  // bits differ in length by whole bytes
  for (const bool behind : {true, false}) {
    for (std::uint32_t step = 1; step <= most_steps; ++step) {
      const auto extra = step * unit;
      if (wanted.quantity + extra > limit) break;
      if (behind ? wanted.address + wanted.quantity + extra > 0x10000U : wanted.address < extra) break;
      auto candidate = wanted;
      candidate.quantity = static_cast<std::uint16_t>(wanted.quantity + extra);
      if (!behind) candidate.address = static_cast<std::uint16_t>(wanted.address - extra);
      if (!usable(candidate, owed)) continue;
      asked_ = candidate;
      return true;
    }
  }
  return false;
}

void ReadShape::refused() {
  refused_.push_back({asked_.unit, asked_.function, asked_.address, asked_.quantity});
  if (refused_.size() > remembered) refused_.pop_front();
}

Answer ReadShape::cut(Answer answer) const {
  if (!changed() || answer.exception) return answer;
  const auto first = answer.values.begin() + (wanted_.address - asked_.address);
  return {{first, first + wanted_.quantity}, std::nullopt};
}

}  // namespace inspect::modbus
