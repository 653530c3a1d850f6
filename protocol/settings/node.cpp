#include "protocol/settings/node.hpp"

#include <array>

namespace inspect::settings {

std::string_view Node::type_name() const {
  static constexpr std::array<std::string_view, 7> names{
      "a date or time", "true or false", "a whole number", "a number", "a text", "a list", "a table"};
  return names.at(value.index());
}

const Node* Node::find(std::string_view key) const {
  const auto* members = table();
  if (members == nullptr) return nullptr;
  for (const auto& member : *members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

}  // namespace inspect::settings
