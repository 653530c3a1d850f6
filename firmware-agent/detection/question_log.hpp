#pragma once

#include "protocol/model/health.hpp"

#include <array>
#include <cstdint>

namespace inspect::agent {

/// How one question ended, or what came to light about it.
enum class Trace : std::uint8_t {
  lost,        ///< nothing came
  damaged,     ///< an answer with the right head and a wrong checksum
  garbled,     ///< bytes without frame or head
  spoilt,      ///< damaged in a way that the transport does not tell
  doubled,     ///< a second answer came
  late,        ///< an answer came after the deadline
  other_unit,  ///< the answer was in another unit's name
};
constexpr std::size_t trace_count = 7;

/// The last 64 questions to one device, a bit each: no times, no allocation, and a count is one instruction. Pure.
class QuestionLog {
 public:
  static constexpr unsigned most = 64;

  /// Another question ended.
  void take(const DeviceAttempt& attempt);
  /// It turned out later about the last one.
  void mark(Trace trace);

  [[nodiscard]] unsigned asked() const { return asked_; }
  [[nodiscard]] unsigned count(Trace trace, unsigned last = most) const;
  /// Lost, damaged, garbled or spoilt.
  [[nodiscard]] unsigned failed(unsigned last = most) const;
  /// Damaged, garbled or spoilt: something came.
  [[nodiscard]] unsigned hurt(unsigned last = most) const;
  /// Questions since the present trouble began: its first failure, before which so many were sound in a row that what
  /// failed still earlier had another cause.
  [[nodiscard]] unsigned since_trouble() const;
  static constexpr unsigned sound_before = 10;
  /// Bytes of a question and its answer, from those that were answered; a guess before there is one.
  [[nodiscard]] double bytes_asked() const { return bytes_out_; }
  [[nodiscard]] double bytes_answered() const { return bytes_in_; }

 private:
  [[nodiscard]] std::uint64_t failures() const;

  std::array<std::uint64_t, trace_count> bits_{};  ///< bit 0: the last question
  unsigned asked_ = 0;
  double bytes_out_ = 8;
  double bytes_in_ = 25;
};

}  // namespace inspect::agent
