#include "protocol/messages/json_writer.hpp"

#include <array>
#include <charconv>

namespace inspect::messages {

namespace {

unsigned char byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

bool continues(std::string_view text, std::size_t length) {
  if (text.size() < length) return false;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(text, i) & 0xC0U) != 0x80U) return false;
  }
  return true;
}

template <class Number>
std::string_view digits(std::array<char, 40>& buffer, Number value) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = byte(text, 0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(text, 2) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(text, 3)) return 0;
    const auto second = byte(text, 1);
    // Overlong forms and surrogates are not characters.
    return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(text, 4)) return 0;
    const auto second = byte(text, 1);
    return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4;
  }
  return 0;
}

bool is_control(std::string_view character) {
  const auto lead = byte(character, 0);
  return lead < 0x20 || lead == 0x7F || (character.size() == 2 && lead == 0xC2 && byte(character, 1) < 0xA0);
}

bool is_hidden(std::string_view character) {
  if (character == "\xD8\x9C" || character == "\xEF\xBB\xBF") return true;  // U+061C, U+FEFF
  if (character.size() != 3 || byte(character, 0) != 0xE2) return false;
  const unsigned code = 0x2000U | ((byte(character, 1) & 0x3FU) << 6U) | (byte(character, 2) & 0x3FU);
  return (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F);
}

std::string tidy(std::string_view text, std::size_t most) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(std::min(text.size(), most));
  while (!text.empty()) {
    const auto length = utf8_length(text);
    auto character = length == 0 ? replacement : text.substr(0, length);
    if (is_control(character) || is_hidden(character)) character = " ";
    if (out.size() + character.size() > most) break;
    out += character;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

void JsonWriter::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  text(name, name.size());
  out_ += ':';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value, std::size_t most) {
  separate();
  out_ += '"';
  for (const char c : tidy(value, most)) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view token) {
  separate();
  out_ += token;
  return *this;
}

JsonWriter& JsonWriter::number(double finite) {
  std::array<char, 40> buffer;
  return raw(digits(buffer, finite));
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  std::array<char, 40> buffer;
  return raw(digits(buffer, value));
}

JsonWriter& JsonWriter::natural(std::uint64_t value) {
  std::array<char, 40> buffer;
  return raw(digits(buffer, value));
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

}  // namespace inspect::messages
