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

void BitNoise::draw(Random& random) { sound_ = std::geometric_distribution<std::uint64_t>(errors_)(random); }

void BitNoise::adopt(double errors, Random& random) {
  if (errors == errors_) return;
  errors_ = errors;
  if (errors_ > 0) draw(random);
}

bool BitNoise::turns(double errors, Random& random) {
  adopt(errors, random);
  if (errors_ <= 0) return false;
  if (sound_ > 0) {
    --sound_;
    return false;
  }
  draw(random);
  return true;
}

bool BitNoise::spares(std::uint64_t bits, double errors, Random& random) {
  adopt(errors, random);
  if (errors_ <= 0) return true;
  if (sound_ < bits) return false;
  sound_ -= bits;
  return true;
}

void Air::speak(Speech speech) {
  if (speech.bytes.empty()) return;
  std::erase_if(sounding_, [&](const Speech& s) { return s.end() < cursor_; });
  std::erase_if(turns_, [&](const Turn& turn) { return turn.end + kept < speech.start; });
  turns_.push_back({speech.start, speech.end(), speech.speaker});
  if (heard(speech)) sounding_.push_back(std::move(speech));
}

bool Air::disturbed(BootTime from, BootTime until, int speaker) const {
  return std::any_of(turns_.begin(), turns_.end(), [&](const Turn& turn) {
    return turn.speaker != speaker && turn.start < until && turn.end > from;
  });
}

bool Air::busy(BootTime at) const {
  return std::any_of(turns_.begin(), turns_.end(), [&](const Turn& turn) { return turn.start <= at && turn.end > at; });
}

bool Air::level(BootTime t) const {
  return std::all_of(sounding_.begin(), sounding_.end(), [&](const Speech& s) { return s.level(t); });
}

BootTime Air::next_low(BootTime t) const {
  auto next = BootTime::max();
  for (const auto& s : sounding_) next = std::min(next, s.next_low(t));
  return next;
}

bool Air::sample(BootTime t, Random& random) { return level(t) != noise_.turns(bit_errors, random); }

std::optional<std::uint8_t> Air::undisturbed(BootTime low) const {
  const auto until = low + format_.character();
  const Speech* only = nullptr;
  for (const auto& s : sounding_) {
    if (s.end() <= low || s.start >= until) continue;
    if (only != nullptr) return std::nullopt;
    only = &s;
  }
  if (only == nullptr || only->format != format_) return std::nullopt;
  const auto since = low - only->start;
  if (since % format_.character() != Nanoseconds{}) return std::nullopt;
  return only->bytes[static_cast<std::size_t>(since / format_.character())];
}

BootTime Air::next_character() const {
  const auto low = next_low(cursor_);
  return low == BootTime::max() ? low : low + format_.character();
}

Bytes Air::receive(BootTime now, Random& random) {
  constexpr std::uint64_t samples = 9;  // the start bit and the eight of the byte
  Bytes bytes;
  for (;;) {
    const auto low = next_low(cursor_);
    if (low == BootTime::max() || low + format_.character() > now) break;
    const auto middle = low + format_.bit() / 2;
    const auto past = middle + (format_.parity == 'N' ? 9 : 10) * format_.bit();
    if (const auto byte = undisturbed(low); byte && noise_.spares(samples, bit_errors, random)) {
      bytes.push_back(*byte);
      cursor_ = past;
      continue;
    }
    if (sample(middle, random)) {  // a spike, or a start bit that was turned
      cursor_ = middle;
      continue;
    }
    std::uint8_t byte = 0;
    for (int i = 0; i < 8; ++i) {
      if (sample(middle + (i + 1) * format_.bit(), random)) byte = static_cast<std::uint8_t>(byte | (1U << i));
    }
    bytes.push_back(byte);
    cursor_ = past;
  }
  return bytes;
}

}  // namespace inspect::campaign
