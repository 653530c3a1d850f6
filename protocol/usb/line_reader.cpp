#include "protocol/usb/line_reader.hpp"

#include <utility>

namespace inspect::usb {

void LineReader::take(BytesView bytes) {
  for (const auto byte : bytes) {
    if (byte == '\n' || byte == '\r') {
      end_line();
      continue;
    }
    // Bytes over 127 stay: units like Ω come in the instrument's own encoding.
    bad_ = bad_ || (byte < 0x20 && byte != '\t') || byte == 0x7F || line_.size() == longest;
    if (!bad_) line_ += static_cast<char>(byte);
  }
}

void LineReader::end_line() {
  const auto line = std::exchange(line_, {});
  if (std::exchange(bad_, false)) {
    ++dropped_;
    return;
  }
  if (line.empty()) return;
  if (lines_.size() == most) {
    lines_.pop_front();
    ++dropped_;
  }
  lines_.push_back(line);
}

std::optional<std::string> LineReader::next() {
  if (lines_.empty()) return std::nullopt;
  auto line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void LineReader::reset() {
  lines_.clear();
  line_.clear();
  bad_ = false;
}

}  // namespace inspect::usb
