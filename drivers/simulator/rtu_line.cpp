#include "drivers/simulator/rtu_line.hpp"

#include <algorithm>
#include <limits>

namespace inspect::sim {

using std::chrono::nanoseconds;

namespace {

constexpr std::size_t largest_burst = 256;
/// Answers of a whole line that may wait at once; a master that floods gets no more than this much back.
constexpr std::size_t largest_backlog = 4096;
constexpr std::uint8_t two_voices = 0x5A;
constexpr std::size_t the_master = std::numeric_limits<std::size_t>::max();
constexpr std::size_t the_rival = the_master - 1;

}  // namespace

nanoseconds WireFormat::character() const {
  return nanoseconds(std::int64_t{bits_per_character} * 1'000'000'000 / std::max<std::int64_t>(baud, 1));
}

nanoseconds WireFormat::silence() const {
  if (baud > 19200) return nanoseconds(1'750'000);
  return character() * 7 / 2;
}

void RtuLine::master_wrote(BootTime now, std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  if (heard_.empty()) {
    heard_from_ = std::max(now, heard_until_);
    // Without a gap of 1.5 characters no device can tell this question from the answer before it.
    damaged_ = format_.needs_silence && heard_from_ < last_end_ + format_.character() * 3 / 2;
    if (damaged_) ++collisions_;
  }
  if (echo_) give_back(std::max(now, heard_until_), bytes);
  heard_until_ = std::max(now, heard_until_) + format_.character() * static_cast<std::int64_t>(bytes.size());
  // A longer burst is no frame of anybody; it is waited out without being kept.
  const auto room = largest_burst + 1 - std::min(heard_.size(), largest_burst + 1);
  heard_.insert(heard_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
}

std::optional<RtuLine::Burst> RtuLine::burst(BootTime now) {
  if (heard_.empty() || now < heard_until_ + format_.silence()) return std::nullopt;
  Burst burst{std::move(heard_), heard_until_};
  heard_.clear();
  if (damaged_) burst.bytes.back() = static_cast<std::uint8_t>(burst.bytes.back() ^ two_voices);
  damaged_ = false;
  return burst;
}

void RtuLine::answer(std::size_t speaker, BootTime start, std::span<const std::uint8_t> bytes, nanoseconds gap) {
  if (sending_.size() + bytes.size() > largest_backlog) return;
  for (const auto& byte : sending_) {
    if (byte.speaker == speaker) start = std::max(start, byte.ends + format_.silence());
  }
  auto ends = start;
  for (const auto value : bytes) {
    ends += format_.character();
    sending_.push_back({ends, speaker, value});
    ends += gap;
  }
  std::stable_sort(sending_.begin(), sending_.end(), [](const Byte& a, const Byte& b) { return a.ends < b.ends; });
}

void RtuLine::rival_asks(BootTime start, std::span<const std::uint8_t> bytes) {
  if (rival_sends_ > 0 || !rival_.empty() || sending_.size() + bytes.size() > largest_backlog) return;
  rival_sends_ = bytes.size();
  answer(the_rival, start, bytes, nanoseconds(0));
}

std::optional<RtuLine::Burst> RtuLine::rival_burst(BootTime now) {
  if (rival_.empty() || rival_sends_ > 0 || now < rival_until_ + format_.silence()) return std::nullopt;
  Burst burst{std::move(rival_), rival_until_};
  rival_.clear();
  return burst;
}

void RtuLine::give_back(BootTime start, std::span<const std::uint8_t> bytes) {
  if (sending_.size() + bytes.size() > largest_backlog) return;
  for (const auto value : bytes) {
    start += format_.character();
    sending_.push_back({start, the_master, value});
  }
  std::stable_sort(sending_.begin(), sending_.end(), [](const Byte& a, const Byte& b) { return a.ends < b.ends; });
}

bool RtuLine::collides(const Byte& byte) {
  const auto begins = byte.ends - format_.character();
  const bool with_master = !heard_.empty() && byte.ends > heard_from_ && begins < heard_until_;
  if (with_master) damaged_ = true;
  const bool with_device = last_speaker_ != byte.speaker && begins < last_end_;
  return with_master || with_device;
}

std::vector<std::uint8_t> RtuLine::due(BootTime now) {
  std::vector<std::uint8_t> bytes;
  auto at = sending_.begin();
  for (; at != sending_.end() && at->ends <= now; ++at) {
    if (at->speaker == the_master) {
      bytes.push_back(at->value);
      continue;
    }
    const bool spoilt = collides(*at);
    if (spoilt) ++collisions_;
    bytes.push_back(spoilt ? static_cast<std::uint8_t>(at->value ^ two_voices) : at->value);
    last_end_ = at->ends;
    last_speaker_ = at->speaker;
    if (at->speaker != the_rival) continue;
    rival_.push_back(bytes.back());
    rival_until_ = at->ends;
    --rival_sends_;
  }
  sending_.erase(sending_.begin(), at);
  return bytes;
}

std::optional<BootTime> RtuLine::next() const {
  std::optional<BootTime> when;
  if (!heard_.empty()) when = heard_until_ + format_.silence();
  if (!rival_.empty() && rival_sends_ == 0) {
    const auto heard = rival_until_ + format_.silence();
    when = when ? std::min(*when, heard) : heard;
  }
  if (!sending_.empty()) when = when ? std::min(*when, sending_.front().ends) : sending_.front().ends;
  return when;
}

void RtuLine::clear() {
  heard_.clear();
  sending_.clear();
  rival_.clear();
  rival_sends_ = 0;
  damaged_ = false;
}

}  // namespace inspect::sim
