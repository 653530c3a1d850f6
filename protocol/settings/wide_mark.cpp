#include "protocol/settings/wide_mark.hpp"

#include <array>
#include <utility>

namespace inspect::settings {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> marks{{{"“", "\""},
                                                                               {"”", "\""},
                                                                               {"「", "\""},
                                                                               {"」", "\""},
                                                                               {"『", "\""},
                                                                               {"』", "\""},
                                                                               {"‘", "'"},
                                                                               {"’", "'"},
                                                                               {"、", ","},
                                                                               {"。", "."},
                                                                               {"【", "["},
                                                                               {"】", "]"},
                                                                               {"—", "-"},
                                                                               {"　", " "}}};

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// Bytes of the character that begins with this one; 1 for what is no UTF-8.
std::size_t length_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  return length <= text.size() ? length : 1;
}

/// What should stand in its place; empty for what is no such mark.
std::string wanted_for(std::string_view character) {
  for (const auto& [wide, plain] : marks) {
    if (character == wide) return std::string(plain);
  }
  // The full-width forms U+FF01 to U+FF5E lie in the order of ASCII from '!' on.
  if (character.size() != 3 || character[0] != '\xEF') return {};
  const auto code =
      (static_cast<unsigned char>(character[1]) & 0x3FU) << 6U | (static_cast<unsigned char>(character[2]) & 0x3FU);
  if (code < 0xF01U || code > 0xF5EU) return {};
  return std::string(1, static_cast<char>(code - 0xF00U + 0x20U));
}

}  // namespace

std::optional<WideMark> wide_mark(std::string_view text, std::uint32_t line) {
  auto rest = line_of(text, line);
  char quote = 0;
  std::optional<WideMark> quoted;
  for (std::uint32_t column = 1; !rest.empty(); ++column) {
    const auto character = rest.substr(0, length_at(rest));
    auto wanted = wanted_for(character);
    if (!wanted.empty()) {
      WideMark mark{{line, column}, std::string(character), std::move(wanted)};
      if (quote == 0) return mark;
      if (mark.wanted[0] == quote) quoted = std::move(mark);
    } else if (quote == '"' && character == "\\" && rest.size() > 1) {
      rest.remove_prefix(1);
      ++column;
    } else if (quote != 0 && character[0] == quote) {
      quote = 0;
      quoted.reset();
    } else if (quote == 0 && (character == "\"" || character == "'")) {
      quote = character[0];
    } else if (quote == 0 && character == "#") {
      return std::nullopt;
    }
    rest.remove_prefix(length_at(rest));
  }
  return quoted;
}

}  // namespace inspect::settings
