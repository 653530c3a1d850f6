#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::control {

/// Cuts a stream of bytes into lines. Holds at most one line of the largest size; a longer one is passed over to its
/// end and reported once, and the stream goes on behind it.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t largest) : largest_(largest) {}

  struct Line {
    std::string text;  ///< without its end ("\n" or "\r\n")
    bool overlong = false;
  };

  void feed(std::string_view bytes);
  /// The next complete line; an overlong one comes without its text.
  [[nodiscard]] std::optional<Line> next();

 private:
  std::size_t largest_;
  std::string held_;         ///< bytes fed and not handed out yet
  std::size_t scanned_ = 0;  ///< no line end before this place
  bool skipping_ = false;    ///< inside an overlong line
};

}  // namespace inspect::control
