#include "protocol/settings/values.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace inspect::settings {
namespace {

constexpr std::size_t longest_title = 512;

void wrong_type(const Node& node, std::string_view wanted, Problems& problems) {
  problems.add(node.place, "this is " + std::string(node.type_name()) + "; write " + std::string(wanted));
}

std::string between(const std::string& low, const std::string& high) { return "; use " + low + " to " + high; }

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

}  // namespace

std::string show_number(double value) {
  std::array<char, 32> buffer{};
  const auto [end, code] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string show_words(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::optional<std::int64_t> take_integer(const Node& node, std::int64_t low, std::int64_t high, Problems& problems) {
  const auto* value = std::get_if<std::int64_t>(&node.value);
  if (value == nullptr) {
    wrong_type(node, "a whole number", problems);
    return std::nullopt;
  }
  if (*value < low || *value > high) {
    problems.add(node.place,
                 std::to_string(*value) + " is out of range" + between(std::to_string(low), std::to_string(high)));
    return std::nullopt;
  }
  return *value;
}

std::optional<double> take_number(const Node& node, double low, double high, Problems& problems) {
  double value = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&node.value)) {
    value = static_cast<double>(*whole);
  } else if (const auto* number = std::get_if<double>(&node.value)) {
    value = *number;
  } else {
    wrong_type(node, "a number", problems);
    return std::nullopt;
  }
  if (!std::isfinite(value) || value < low || value > high) {
    problems.add(node.place, show_number(value) + " is out of range" + between(show_number(low), show_number(high)));
    return std::nullopt;
  }
  return value;
}

std::optional<bool> take_flag(const Node& node, Problems& problems) {
  const auto* value = std::get_if<bool>(&node.value);
  if (value == nullptr) {
    wrong_type(node, "true or false", problems);
    return std::nullopt;
  }
  return *value;
}

std::optional<std::string> take_text(const Node& node, std::size_t longest, Problems& problems) {
  const auto* value = node.text();
  if (value == nullptr) {
    wrong_type(node, "a text in quotes", problems);
    return std::nullopt;
  }
  if (value->empty() || value->size() > longest) {
    problems.add(node.place,
                 "the text has " + std::to_string(value->size()) + " bytes; use 1 to " + std::to_string(longest));
    return std::nullopt;
  }
  if (has_control_character(*value)) {
    problems.add(node.place, "the text holds a line break or another control character; write it on one line");
    return std::nullopt;
  }
  return *value;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 31 || text.front() == '-') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

std::optional<std::string> take_name(const Node& node, Problems& problems) {
  auto value = take_text(node, 256, problems);
  if (!value) return std::nullopt;
  if (!is_name(*value)) {
    problems.add(node.place, '"' + *value +
                                 "\" is no name; use 1 to 31 of a–z, 0–9 and -, beginning with a letter or a digit "
                                 "(the title may be anything)");
    return std::nullopt;
  }
  return value;
}

std::optional<Text> take_bilingual(const Node& node, Problems& problems) {
  if (node.text() != nullptr) {
    const auto both = take_text(node, longest_title, problems);
    if (!both) return std::nullopt;
    return Text{*both, *both};
  }
  const auto* table = node.table();
  if (table == nullptr) {
    wrong_type(node, "{ zh = \"…\", en = \"…\" } or one text for both", problems);
    return std::nullopt;
  }
  Text text;
  const auto before = problems.count();
  for (const auto& member : *table) {
    if (member.key != "zh" && member.key != "en") {
      problems.add(member.place, "unknown language \"" + member.key + "\"; use zh and en");
      continue;
    }
    if (auto value = take_text(member.value, longest_title, problems)) {
      (member.key == "zh" ? text.zh : text.en) = std::move(*value);
    }
  }
  if (problems.count() != before) return std::nullopt;
  if (text.zh.empty() || text.en.empty()) {
    problems.add(node.place, std::string("the text in ") + (text.zh.empty() ? "Chinese (zh)" : "English (en)") +
                                 " is missing; add it, or write one text for both");
    return std::nullopt;
  }
  return text;
}

std::optional<std::size_t> take_choice(const Node& node, const std::vector<std::string_view>& words,
                                       Problems& problems) {
  const auto* value = node.text();
  if (value == nullptr) {
    wrong_type(node, "one of " + show_words(words), problems);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *value) return i;
  }
  problems.add(node.place, '"' + value->substr(0, 64) + "\" is not known" + did_you_mean(*value, words) + "; use " +
                               show_words(words));
  return std::nullopt;
}

}  // namespace inspect::settings
