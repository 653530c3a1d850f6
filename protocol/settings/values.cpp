#include "protocol/settings/values.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace inspect::settings {
namespace {

constexpr std::size_t longest_title = 512;

void wrong_type(const Node& node, const Text& wanted, Problems& problems) {
  problems.add(node.place, {"这里是{1}；应写{2}", "this is {1}; write {2}"}, {node.type_name(), wanted});
}

void out_of_range(Place place, Part value, Part low, Part high, Problems& problems) {
  problems.add(place, {"{1} 超出范围；可用 {2} 到 {3}", "{1} is out of range; use {2} to {3}"},
               {std::move(value), std::move(low), std::move(high)});
}

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
    wrong_type(node, {"整数", "a whole number"}, problems);
    return std::nullopt;
  }
  if (*value < low || *value > high) {
    out_of_range(node.place, *value, low, high, problems);
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
    wrong_type(node, {"数字", "a number"}, problems);
    return std::nullopt;
  }
  if (!std::isfinite(value) || value < low || value > high) {
    out_of_range(node.place, show_number(value), show_number(low), show_number(high), problems);
    return std::nullopt;
  }
  return value;
}

std::optional<bool> take_flag(const Node& node, Problems& problems) {
  const auto* value = std::get_if<bool>(&node.value);
  if (value == nullptr) {
    wrong_type(node, {"true 或 false", "true or false"}, problems);
    return std::nullopt;
  }
  return *value;
}

std::optional<std::string> take_text(const Node& node, std::size_t longest, Problems& problems) {
  const auto* value = node.text();
  if (value == nullptr) {
    wrong_type(node, {"带引号的文字", "a text in quotes"}, problems);
    return std::nullopt;
  }
  if (value->empty() || value->size() > longest) {
    problems.add(node.place,
                 {"文字有 {1} 字节；可用 1 到 {2}（一个汉字 3 字节）", "the text has {1} bytes; use 1 to {2}"},
                 {value->size(), longest});
    return std::nullopt;
  }
  if (has_control_character(*value)) {
    problems.add(node.place, {"文字中有换行或其他控制字符；请写成一行",
                              "the text holds a line break or another control character; write it on one line"});
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
    problems.add(node.place,
                 {"\"{1}\" 不能作名字；用 1 到 31 个 a–z、0–9 和 -，以字母或数字开头（title 随便写）",
                  "\"{1}\" is no name; use 1 to 31 of a–z, 0–9 and -, beginning with a letter or a digit "
                  "(the title may be anything)"},
                 {*value});
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
    wrong_type(
        node,
        {" { zh = \"…\", en = \"…\" }，或一段两种语言共用的文字", "{ zh = \"…\", en = \"…\" } or one text for both"},
        problems);
    return std::nullopt;
  }
  Text text;
  const auto before = problems.count();
  for (const auto& member : *table) {
    if (member.key != "zh" && member.key != "en") {
      problems.add(member.place, {"不认识语言 \"{1}\"；用 zh 和 en", "unknown language \"{1}\"; use zh and en"},
                   {member.key});
      continue;
    }
    if (auto value = take_text(member.value, longest_title, problems)) {
      (member.key == "zh" ? text.zh : text.en) = std::move(*value);
    }
  }
  if (problems.count() != before) return std::nullopt;
  if (text.zh.empty() || text.en.empty()) {
    problems.add(node.place,
                 {"缺少{1}；请补上，或只写一段两种语言共用的文字",
                  "the text in {1} is missing; add it, or write one text for both"},
                 {text.zh.empty() ? Text{"中文（zh）", "Chinese (zh)"} : Text{"英文（en）", "English (en)"}});
    return std::nullopt;
  }
  return text;
}

std::optional<std::size_t> take_choice(const Node& node, const std::vector<std::string_view>& words,
                                       Problems& problems) {
  const auto* value = node.text();
  if (value == nullptr) {
    wrong_type(node, filled({"以下之一：{1}", "one of {1}"}, {show_words(words)}), problems);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *value) return i;
  }
  problems.add(node.place, {"不认识 \"{1}\"{2}；可用 {3}", "\"{1}\" is not known{2}; use {3}"},
               {value->substr(0, 64), did_you_mean(*value, words), show_words(words)});
  return std::nullopt;
}

}  // namespace inspect::settings
