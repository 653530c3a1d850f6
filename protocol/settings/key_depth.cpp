#include "protocol/settings/key_depth.hpp"

namespace inspect::settings {
namespace {

/// Past a string that opens at `at`; an unterminated one runs to the end (the parser will name it).
std::size_t past_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const bool many = at + 2 < text.size() && text[at + 1] == quote && text[at + 2] == quote;
  std::size_t i = at + (many ? 3 : 1);
  for (; i < text.size(); ++i) {
    if (escapes && text[i] == '\\') {
      ++i;
    } else if (!many && (text[i] == quote || text[i] == '\n')) {
      return i + 1;
    } else if (many && text.substr(i, 3) == std::string_view(text).substr(at, 3)) {
      return i + 3;
    }
  }
  return text.size();
}

std::size_t past_comment(std::string_view text, std::size_t at) {
  const auto end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end;
}

Place place_at(std::string_view text, std::size_t at) {
  Place place{1, 1};
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

}  // namespace

std::optional<Place> key_too_deep(std::string_view text, std::size_t most) {
  std::size_t dots = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = past_string(text, i);
      continue;
    }
    if (c == '#') {
      i = past_comment(text, i);
      continue;
    }
    if (c == '.') {
      if (++dots >= most) return place_at(text, i);
    } else if (std::string_view("=,{}[]\n").find(c) != std::string_view::npos) {
      dots = 0;
    }
    ++i;
  }
  return std::nullopt;
}

}  // namespace inspect::settings
