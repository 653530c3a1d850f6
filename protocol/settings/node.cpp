#include "protocol/settings/node.hpp"

#include <array>

namespace inspect::settings {

Text Node::type_name() const {
  static const std::array<Text, 7> names{{{"日期或时间", "a date or time"},
                                          {"true 或 false", "true or false"},
                                          {"整数", "a whole number"},
                                          {"数字", "a number"},
                                          {"文字", "a text"},
                                          {"列表", "a list"},
                                          {"表", "a table"}}};
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
