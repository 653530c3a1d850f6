#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inspect::messages {

/// Writes JSON in the order it is told, without white space, numbers in their shortest exact form. The bytes of a
/// message are hashed and repeated for weeks, so they must not depend on a library's version.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_list() { return open('['); }
  JsonWriter& end_list() { return close(']'); }
  JsonWriter& key(std::string_view name);
  /// At most `most` bytes, tidied.
  JsonWriter& text(std::string_view value, std::size_t most);
  JsonWriter& number(double finite);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& natural(std::uint64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& raw(std::string_view token);
  void separate();

  std::string out_;
  bool first_ = true;
};

/// UTF-8 without control and hidden characters (each becomes a space), damaged bytes replaced by U+FFFD, cut to `most`
/// bytes without splitting a character.
std::string tidy(std::string_view text, std::size_t most);

/// The length in bytes of the UTF-8 character at the front of `text`, 0 when it is damaged or the text is empty.
std::size_t utf8_length(std::string_view text);

/// C0, DEL and C1: what could forge a line of a log or move a terminal's cursor.
bool is_control(std::string_view character);

/// What shows nothing itself but turns, joins or parts what stands beside it: bidirectional marks, embeddings and
/// isolates, separators of lines, characters without width. Two names that look the same must be the same.
bool is_hidden(std::string_view character);

}  // namespace inspect::messages
