#include "firmware-agent/cli/text_width.hpp"

#include <algorithm>
#include <array>

namespace inspect::cli {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// From EastAsianWidth.txt of Unicode 15 (W and F), blocks joined where the gaps hold nothing we print.
constexpr std::array<Range, 14> wide{{{0x1100, 0x115F},
                                      {0x231A, 0x231B},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0xA4CF},
                                      {0xA960, 0xA97F},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1F9FF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> combining{
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

/// One thing on the screen: a character or a colour sequence.
struct Glyph {
  std::size_t bytes = 1;
  std::size_t columns = 1;
  bool breaks = false;  ///< a line may end behind it
};

/// The length of "\x1b[…m", or 0.
std::size_t colour_sequence(std::string_view text) {
  if (text.substr(0, 2) != "\x1b[") return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

Glyph first_glyph(std::string_view text) {
  if (const auto length = colour_sequence(text); length > 0) return {length, 0, false};
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {1, 1, lead == ' '};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC0 || text.size() < bytes) return {1, 1, false};
  char32_t c = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return {1, 1, false};
    c = (c << 6U) | (next & 0x3FU);
  }
  if (is_in(combining, c)) return {bytes, 0, false};
  const bool is_wide = is_in(wide, c);
  return {bytes, is_wide ? 2U : 1U, is_wide};
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto glyph = first_glyph(text);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes);
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto glyph = first_glyph(text.substr(bytes));
    if (used + glyph.columns > columns - 1) break;
    used += glyph.columns;
    bytes += glyph.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string wrap(std::string_view text, std::size_t columns, std::string_view indent) {
  std::string out(indent);
  const auto room = columns > width_of(indent) ? columns - width_of(indent) : 1;
  while (width_of(text) > room) {
    std::size_t used = 0;
    std::size_t bytes = 0;
    std::size_t good_break = 0;
    while (bytes < text.size()) {
      const auto glyph = first_glyph(text.substr(bytes));
      // A space at the very end of a line takes no room.
      if (used + glyph.columns > room && text[bytes] != ' ') break;
      used += glyph.columns;
      bytes += glyph.bytes;
      if (glyph.breaks) good_break = bytes;
      if (used > room) break;
    }
    const auto end = good_break > 0 ? good_break : std::max<std::size_t>(bytes, 1);
    auto line = text.substr(0, end);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    out.append(line).append("\n").append(indent);
    text.remove_prefix(end);
  }
  return out.append(text);
}

std::string harmless(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out;
}

}  // namespace inspect::cli
