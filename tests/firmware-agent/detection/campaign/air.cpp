#include "tests/firmware-agent/detection/campaign/air.hpp"

#include <algorithm>
#include <bit>

namespace inspect::campaign {

namespace {

/// So long an ended speech is kept, for whoever asks whether it was disturbed.
constexpr std::chrono::seconds kept{2};

}  // namespace

bool Speech::level(BootTime t) const {
  if (t < start || t >= end()) return true;
  const auto since = t - start;
  const auto index = static_cast<std::size_t>(since / format.character());
  const auto bit = static_cast<int>((since % format.character()) / format.bit());
  const auto byte = bytes[std::min(index, bytes.size() - 1)];
  if (bit == 0) return false;
  if (bit <= 8) return ((byte >> (bit - 1)) & 1) != 0;
  if (bit == 9 && format.parity != 'N') return (std::popcount(byte) % 2 != 0) == (format.parity == 'E');
  return true;
}

BootTime Speech::next_low(BootTime t) const {
  if (t >= end()) return BootTime::max();
  if (t <= start) return start;
  if (!level(t)) return t;
  auto index = (t - start) / format.character();
  auto bit = std::min<std::int64_t>(((t - start) % format.character()) / format.bit(), format.bits() - 1);
  for (;;) {
    if (++bit == format.bits()) {
      bit = 0;
      ++index;
    }
    const auto at = start + index * format.character() + bit * format.bit();
    if (at >= end()) return BootTime::max();
    if (!level(at)) return at;
  }
}

void Air::speak(Speech speech) {
  if (speech.bytes.empty()) return;
  std::erase_if(speeches_,
                [&](const Speech& s) { return (s.end() < cursor_ || !heard(s)) && s.end() + kept < speech.start; });
  speeches_.push_back(std::move(speech));
}

bool Air::disturbed(BootTime from, BootTime until, int speaker) const {
  return std::any_of(speeches_.begin(), speeches_.end(),
                     [&](const Speech& s) { return s.speaker != speaker && s.start < until && s.end() > from; });
}

bool Air::busy(BootTime at) const {
  return std::any_of(speeches_.begin(), speeches_.end(),
                     [&](const Speech& s) { return s.start <= at && s.end() > at; });
}

bool Air::level(BootTime t) const {
  return std::all_of(speeches_.begin(), speeches_.end(), [&](const Speech& s) { return !heard(s) || s.level(t); });
}

BootTime Air::next_low(BootTime t) const {
  auto next = BootTime::max();
  for (const auto& s : speeches_) {
    if (heard(s)) next = std::min(next, s.next_low(t));
  }
  return next;
}

bool Air::sample(BootTime t, Random& random) const {
  const bool turned = bit_errors > 0 && std::bernoulli_distribution(bit_errors)(random);
  return level(t) != turned;
}

BootTime Air::next_character() const {
  const auto low = next_low(cursor_);
  return low == BootTime::max() ? low : low + format_.character();
}

Bytes Air::receive(BootTime now, Random& random) {
  Bytes bytes;
  for (;;) {
    const auto low = next_low(cursor_);
    if (low == BootTime::max() || low + format_.character() > now) break;
    const auto middle = low + format_.bit() / 2;
    if (sample(middle, random)) {  // a spike, or a start bit that was turned
      cursor_ = middle;
      continue;
    }
    std::uint8_t byte = 0;
    for (int i = 0; i < 8; ++i) {
      if (sample(middle + (i + 1) * format_.bit(), random)) byte = static_cast<std::uint8_t>(byte | (1U << i));
    }
    bytes.push_back(byte);
    cursor_ = middle + (format_.parity == 'N' ? 9 : 10) * format_.bit();
  }
  return bytes;
}

}  // namespace inspect::campaign
