#include "protocol/modbus/rtu_scan.hpp"

#include <algorithm>
#include <array>

namespace inspect::modbus {
namespace {

bool checksum_fits(BytesView frame) {
  const auto crc = crc16(frame.first(frame.size() - 2));
  return frame[frame.size() - 2] == (crc & 0xFF) && frame[frame.size() - 1] == (crc >> 8);
}

/// The lengths that a frame starting here can have by its own head; 0 for none.
std::array<std::size_t, 2> lengths(BytesView bytes) {
  const auto function = bytes[1];
  const bool refusing = (function & exception_flag) != 0;
  switch (function & ~exception_flag) {
    case 1:
    case 2:
    case 3:
    case 4: return refusing ? std::array<std::size_t, 2>{5, 0} : std::array<std::size_t, 2>{5U + bytes[2], 8};
    case 5:
    case 6: return refusing ? std::array<std::size_t, 2>{5, 0} : std::array<std::size_t, 2>{8, 0};
    case 15:
    case 16:
      if (refusing) return {5, 0};
      return {8, bytes.size() > 6 ? 9U + bytes[6] : 0U};
    default: return {0, 0};
  }
}

/// Whether these bytes begin as the normal answer does; a read's answer tells its byte count, an echo only its
/// function.
bool begins_as_answer(BytesView bytes, const Request& request) {
  if (bytes[0] != request.unit) return false;
  if (bytes.size() >= 2 && bytes[1] != request.function) return false;
  if (bytes.size() >= 3 && is_read(request.function)) return bytes[2] == answer_pdu_length(request) - 2;
  return true;
}

bool begins_as_exception(BytesView bytes, const Request& request) {
  return bytes.size() >= 2 && bytes[0] == request.unit && bytes[1] == (request.function | exception_flag);
}

}  // namespace

std::optional<Found> find_frame(BytesView bytes) {
  for (std::size_t offset = 0; offset + 5 <= bytes.size(); ++offset) {
    const auto rest = bytes.subspan(offset);
    for (const auto length : lengths(rest)) {
      if (length == 0 || length > rest.size() || length > rtu_frame_max) continue;
      if (checksum_fits(rest.first(length))) return Found{offset, length};
    }
  }
  return std::nullopt;
}

Progress progress(BytesView bytes, const Request& request, BytesView question) {
  const auto whole = answer_rtu_length(request);
  Progress best{0, whole, false};
  for (std::size_t offset = 0; offset < bytes.size(); ++offset) {
    const auto rest = bytes.subspan(offset);
    if (rest.size() < question.size() && std::equal(rest.begin(), rest.end(), question.begin())) {
      // Our own words coming back, as far as can be told: the answer is yet to come. A short beginning fits both, and
      // the shorter wait is then the right one.
      const bool both = begins_as_answer(rest, request);
      return {rest.size(), both ? whole - std::min(rest.size(), whole - 1) : question.size() - rest.size() + whole,
              best.damaged};
    }
    const bool refused = begins_as_exception(rest, request);
    if (!refused && !begins_as_answer(rest, request)) continue;
    const auto length = refused ? 5 : whole;
    if (rest.size() < length) return {rest.size(), length - rest.size(), best.damaged};
    best.damaged = true;
  }
  return best;
}

}  // namespace inspect::modbus
