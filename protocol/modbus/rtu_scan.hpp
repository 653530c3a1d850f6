#pragma once

#include "protocol/modbus/frame.hpp"

#include <optional>

namespace inspect::modbus {

/// A whole frame with a right checksum inside a stream of bytes.
struct Found {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// The first whole frame, question or answer, of a function that we speak, whatever noise is around it.
std::optional<Found> find_frame(BytesView bytes);

/// How far the bytes at hand are on the way to an answer, when `find_frame` found none.
struct Progress {
  std::size_t have = 0;     ///< bytes of an answer that has begun
  std::size_t missing = 0;  ///< bytes until it could be whole
  bool damaged = false;     ///< as many bytes as the answer has are there, with its head, and the checksum is wrong
};
/// `question`: our own frame, because a line may give it back to us before the answer.
Progress progress(BytesView bytes, const Request& request, BytesView question);

}  // namespace inspect::modbus
