#pragma once

#include "protocol/core/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspect::messages {

constexpr std::size_t deepest_message = 16;

class StrictJson;

/// One object of a hostile document, read field by field. The first thing that is wrong is kept with its path in the
/// document; from then on every read gives a default, so a codec reads straight through and asks once at the end.
class ObjectReader {
 public:
  /// `least`..`most` bytes, no control characters. Hidden characters become spaces: refusing a sentence for one of
  /// them would keep a finding from becoming a ticket.
  std::string text(std::string_view key, std::size_t most, std::size_t least = 0);
  /// 0..64 bytes that name something: a hidden character is refused, because two names that look the same must be the
  /// same.
  std::string label(std::string_view key);
  /// A label of 1..64 bytes, no slash: a part of a finding's identity.
  std::string name(std::string_view key);
  bool boolean(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::uint64_t natural(std::string_view key, std::uint64_t low, std::uint64_t high);
  double number(std::string_view key, double low, double high);
  /// Nothing for null.
  std::optional<double> number_or_null(std::string_view key);
  bool has(std::string_view key) const;
  ObjectReader object(std::string_view key);
  std::vector<ObjectReader> objects(std::string_view key, std::size_t most);
  std::vector<std::string> texts(std::string_view key, std::size_t most, std::size_t longest);
  std::vector<std::uint64_t> naturals(std::string_view key, std::size_t most, std::uint64_t low, std::uint64_t high);

  /// Converts a text by `from`; the names are those of the model ("good", "opened", …).
  template <class T>
  T value(std::string_view key, std::optional<T> (*from)(std::string_view)) {
    const auto read = text(key, 64);
    if (failed()) return T{};
    if (const auto found = from(read)) return *found;
    refuse(key, "\"" + read + "\" is not one of the known values");
    return T{};
  }

  void refuse(std::string_view key, const std::string& what);
  /// Every key of the object must have been read by now.
  void done();
  [[nodiscard]] bool failed() const;

 private:
  friend class StrictJson;
  ObjectReader(StrictJson& document, const void* raw, std::string path);
  const void* take(std::string_view key);
  const void* list(std::string_view key, std::size_t most);
  const std::string* raw_text(std::string_view key, std::size_t most, std::size_t least);
  void refuse_at(const std::string& path, const std::string& what);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  StrictJson* document_;
  const void* json_;  ///< the parser's node; its type stays in strict_json.cpp
  std::string path_;
  std::vector<std::string> read_;
};

/// A whole document: at most 64 KiB, 16 levels, valid UTF-8, no doubled key, one object at the top.
class StrictJson {
 public:
  explicit StrictJson(std::string_view text);
  ~StrictJson();
  StrictJson(const StrictJson&) = delete;
  StrictJson& operator=(const StrictJson&) = delete;

  ObjectReader root();
  /// The first thing that was wrong: Errc::malformed.
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

 private:
  friend class ObjectReader;
  struct Tree;
  std::unique_ptr<Tree> tree_;
  std::optional<Error> problem_;
};

}  // namespace inspect::messages
