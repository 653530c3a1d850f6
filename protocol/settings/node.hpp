#pragma once

#include "protocol/core/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inspect::settings {

/// Where something stands in a file; both count from 1, 0 is unknown.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const Place&, const Place&) = default;
  friend bool operator<(const Place& a, const Place& b) {
    return a.line < b.line || (a.line == b.line && a.column < b.column);
  }
};

/// A value together with where it was written, for problems that show only when everything is read.
template <class T>
struct Placed {
  T value{};
  Place place;
};

struct Node;
struct Member;
using List = std::vector<Node>;
using Table = std::vector<Member>;  ///< in the order of the file

/// One value of a settings file, free of the library that read it. `std::monostate` is a kind nobody uses: a date.
struct Node {
  Place place;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> value;

  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&value); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&value); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value); }
  /// What it is, for a person: "a text", "a whole number".
  [[nodiscard]] Text type_name() const;
  /// The member of a table; nullptr when this is no table or has none.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Place place;
  Node value;
};

}  // namespace inspect::settings
