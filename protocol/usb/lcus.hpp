#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <vector>

namespace inspect::usb {

/// The question an LCUS board may answer with its states. It has no answer to an order.
constexpr std::uint8_t lcus_question = 0xFF;

/// How far an answer to the question has come.
struct LcusAnswer {
  bool whole = false;    ///< `on` is there
  std::vector<bool> on;  ///< one per channel
};

/// The bytes that came since the question. Products differ: a line "CH1:OFF" CR LF for each channel, or one byte 0 or 1
/// for each, and many boards answer nothing at all: that is no `whole` answer by the deadline. `corrupt_frame` when the
/// bytes can become neither.
Result<LcusAnswer> decode_lcus(std::uint8_t channels, BytesView heard);

}  // namespace inspect::usb
