#pragma once

#include "protocol/core/text.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace inspect::cli {

/// What a text means, shown as a colour where there are colours.
enum class Tone : std::uint8_t { plain, title, quiet, good, doubt, bad };

/// Where and how the program speaks: data on `out`, talk on `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  Language language = Language::en;
  bool colour = false;
  bool terminal = false;  ///< `out` is one, and may be drawn on
  std::size_t width = 0;  ///< columns; 0: as wide as it gets
  std::size_t height = 24;

  [[nodiscard]] std::string paint(std::string_view text, Tone tone) const;
  [[nodiscard]] const std::string& in(const Text& text) const { return text.in(language); }
};

}  // namespace inspect::cli
