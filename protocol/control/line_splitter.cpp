#include "protocol/control/line_splitter.hpp"

namespace inspect::control {

void LineSplitter::feed(std::string_view bytes) {
  if (skipping_) {
    const auto end = bytes.find('\n');
    // The tail of a line that is passed over is never stored.
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end);
  }
  held_.append(bytes);
}

std::optional<LineSplitter::Line> LineSplitter::next() {
  const auto end = held_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = held_.size();
    // One byte of grace for the "\r" that may be part of the line's end.
    if (held_.size() > largest_ + 1) {
      skipping_ = true;
      held_.clear();
      held_.shrink_to_fit();
      scanned_ = 0;
    }
    return std::nullopt;
  }
  Line line;
  const bool with_return = end > 0 && held_[end - 1] == '\r';
  const auto length = with_return ? end - 1 : end;
  line.overlong = skipping_ || length > largest_;
  if (!line.overlong) line.text = held_.substr(0, length);
  held_.erase(0, end + 1);
  scanned_ = 0;
  skipping_ = false;
  return line;
}

}  // namespace inspect::control
