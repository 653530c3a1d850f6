#pragma once

#include "protocol/usb/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::usb {

/// Takes an ASCII instrument's stream apart into lines. A line ends with LF, CR or CR LF; empty lines are skipped.
/// Bounded: a line over `longest` bytes, or with a byte that is no text, is dropped to its end and counted.
class LineReader {
 public:
  static constexpr std::size_t longest = 4096;

  void take(BytesView bytes) { heard_.insert(heard_.end(), bytes.begin(), bytes.end()); }
  /// The next whole line without its end; nothing when there is none yet.
  std::optional<std::string> next();
  /// Forgets what was heard: before a question, and after a deadline.
  void reset();
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  Bytes heard_;
  std::string line_;
  bool bad_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace inspect::usb
