#pragma once

#include "protocol/usb/bytes.hpp"

#include <deque>
#include <optional>
#include <string>

namespace inspect::usb {

/// Takes an ASCII instrument's stream apart into lines. A line ends with LF, CR or CR LF; empty lines are skipped.
/// A line over `longest` bytes, or with a control character, is dropped to its end; of more than `most` lines that
/// nobody fetched the oldest is dropped. Both are counted.
class LineReader {
 public:
  static constexpr std::size_t longest = 4096;
  static constexpr std::size_t most = 64;

  void take(BytesView bytes);
  /// The next whole line without its end; nothing when there is none yet.
  std::optional<std::string> next();
  /// Forgets what was heard: before a question, and after a deadline.
  void reset();
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  void end_line();

  std::deque<std::string> lines_;
  std::string line_;
  bool bad_ = false;  ///< of the line that is under way
  std::uint64_t dropped_ = 0;
};

}  // namespace inspect::usb
