#include "firmware-agent/cli/scan_page.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "protocol/modbus/describe.hpp"

#include <charconv>
#include <sstream>

namespace inspect::cli {

namespace {

constexpr std::size_t most_shown = 3;  ///< and all that are as near as the nearest

std::string signs_text(const Console& console, const drivers::Likeness& like) {
  const auto seen = std::to_string(like.signs);
  const auto of = std::to_string(like.of);
  auto text = harmless(like.model) +
              console.in({"（" + of + " 个特征符合 " + seen + " 个", " (" + seen + " of " + of + " signs"});
  if (like.proven) text += console.in({"，标识值相符", ", its constant is right"});
  return text + console.in({"）", ")"});
}

bool as_near(const drivers::Likeness& one, const drivers::Likeness& other) {
  return one.proven == other.proven && one.signs == other.signs && one.of == other.of;
}

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto* last = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), last, number);
  return error == std::errc{} && stop == last && !text.empty();
}

}  // namespace

std::string found_line(const Console& console, const FoundUnit& found) {
  auto line = console.in({"站号 ", "unit "}) + std::to_string(found.unit);
  line = console.paint(line + std::string(width_of(line) < 9 ? 9 - width_of(line) : 1, ' '), Tone::title);
  if (found.likely.empty()) {
    line += console.in({"有应答，与已知型号都不像", "answers, and is like no profile"});
    if (found.exception) line += console.in({"；", "; "}) + console.in(modbus::exception_name(*found.exception));
    return line + '\n';
  }
  line += console.in({"像 ", "looks like "}) + signs_text(console, found.likely.front()) + '\n';
  for (std::size_t i = 1; i < found.likely.size(); ++i) {
    if (i >= most_shown && !as_near(found.likely[i], found.likely.front())) break;
    line += "         " +
            console.paint(console.in({"或 ", "or "}) + signs_text(console, found.likely[i]), Tone::quiet) + '\n';
  }
  return line;
}

std::optional<std::vector<std::uint8_t>> units_in(std::string_view text) {
  unsigned first = 0;
  unsigned last = 0;
  const auto dash = text.find('-');
  if (!parse(text.substr(0, dash), first)) return std::nullopt;
  last = first;
  if (dash != std::string_view::npos && !parse(text.substr(dash + 1), last)) return std::nullopt;
  if (first < 1 || last > 247 || first > last) return std::nullopt;
  std::vector<std::uint8_t> units;
  for (auto unit = first; unit <= last; ++unit) units.push_back(static_cast<std::uint8_t>(unit));
  return units;
}

std::optional<drivers::LineFormat> format_in(std::string_view transport) {
  std::istringstream words{std::string(transport)};
  std::string before;
  for (std::string word; words >> word; before = word) {
    if (word.size() != 3 || word[0] != '8') continue;
    drivers::LineFormat format;
    if (!parse(before, format.baud)) continue;
    if (word[1] == 'E') format.parity = drivers::Parity::even;
    if (word[1] == 'O') format.parity = drivers::Parity::odd;
    return format;
  }
  return std::nullopt;
}

}  // namespace inspect::cli
