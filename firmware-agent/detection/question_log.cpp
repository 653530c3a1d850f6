#include "firmware-agent/detection/question_log.hpp"

#include <algorithm>
#include <bit>

namespace inspect::agent {

namespace {

/// Memory of a frame's length, in answers.
constexpr double length_memory = 8;

constexpr std::uint64_t mask(unsigned last) {
  return last >= QuestionLog::most ? ~std::uint64_t{0} : (std::uint64_t{1} << last) - 1;
}

}  // namespace

void QuestionLog::take(const DeviceAttempt& attempt) {
  for (auto& bits : bits_) bits <<= 1U;
  asked_ = std::min(asked_ + 1, most);
  const auto& signs = attempt.signs;
  const bool silent = attempt.failure == Errc::timeout;
  if (silent || attempt.failure == Errc::corrupt_frame) {
    mark(signs.damaged > 0   ? Trace::damaged
         : signs.garbled > 0 ? Trace::garbled
         : silent            ? Trace::lost
                             : Trace::spoilt);
  } else if (!attempt.failure && signs.bytes_in > 0) {
    bytes_out_ += (signs.bytes_out - bytes_out_) / length_memory;
    bytes_in_ += (signs.bytes_in - bytes_in_) / length_memory;
  }
}

void QuestionLog::mark(Trace trace) { bits_[static_cast<std::size_t>(trace)] |= 1U; }

unsigned QuestionLog::count(Trace trace, unsigned last) const {
  return static_cast<unsigned>(std::popcount(bits_[static_cast<std::size_t>(trace)] & mask(last)));
}

std::uint64_t QuestionLog::failures() const { return bits_[0] | bits_[1] | bits_[2] | bits_[3]; }

unsigned QuestionLog::failed(unsigned last) const {
  return static_cast<unsigned>(std::popcount(failures() & mask(last)));
}

unsigned QuestionLog::hurt(unsigned last) const {
  return static_cast<unsigned>(std::popcount((bits_[1] | bits_[2] | bits_[3]) & mask(last)));
}

unsigned QuestionLog::since_trouble() const {
  unsigned since = 0;
  unsigned sound = 0;
  for (unsigned i = 0; i < most && sound < sound_before; ++i) {
    const bool failed = (failures() >> i & 1U) != 0;
    if (failed) since = i + 1;
    sound = failed || since == 0 ? 0 : sound + 1;
  }
  return since;
}

}  // namespace inspect::agent
