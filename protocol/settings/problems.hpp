#pragma once

#include "protocol/core/error.hpp"
#include "protocol/core/text.hpp"
#include "protocol/settings/node.hpp"

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::settings {

/// What fills a place of a message: a word of the file or a number, the same in both languages, or a text in each.
struct Part {
  Part(std::string_view word) : text{std::string(word), std::string(word)} {}
  Part(const std::string& word) : text{word, word} {}
  Part(const char* word) : text{word, word} {}
  Part(std::integral auto number) : text{std::to_string(number), std::to_string(number)} {}
  Part(Text both) : text(std::move(both)) {}
  Text text;
};

/// `pattern` with {1}, {2} … replaced by the parts; what a part holds is never looked into.
Text filled(const Text& pattern, std::initializer_list<Part> parts);

/// What is wrong with a file, in the languages of its readers: several at once, so that a technician drives to the
/// site once. Bounded: after `most` problems the rest is only counted.
class Problems {
 public:
  static constexpr std::size_t most = 20;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `what` says what is wrong and the cure: "unit is {1}; use 1 to 247". A problem of a whole file has no place.
  void add(Place place, const Text& what, std::initializer_list<Part> parts = {});
  /// Those of another file behind these.
  void append(const Problems& other);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t count() const { return lines_.size() + left_off_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// One line per problem, each "file:line:column: what is wrong; the cure".
  [[nodiscard]] const std::vector<Text>& lines() const { return lines_; }
  /// The lines, and how many more there are.
  [[nodiscard]] std::vector<Text> all() const;

  /// `Errc::invalid_argument` with all of them in English, for a journal.
  [[nodiscard]] Error error() const;

 private:
  std::string file_;
  std::vector<Text> lines_;
  std::size_t left_off_ = 0;
};

/// The known word nearest to what was written, or empty when nothing is near.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& known);
/// ", did you mean \"x\"" or nothing.
Text did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

}  // namespace inspect::settings
