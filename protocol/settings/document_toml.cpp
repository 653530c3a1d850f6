#include "protocol/settings/document.hpp"

#include "protocol/settings/key_depth.hpp"
#include "protocol/settings/wide_mark.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <toml++/toml.h>

namespace inspect::settings {
namespace {

Place place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

class Converter {
 public:
  explicit Converter(Problems& problems) : problems_(problems) {}

  Node convert(const toml::node& node, std::size_t depth) {
    Node out{place_of(node.source()), {}};
    if (depth > deepest) {
      problems_.add(out.place, {"嵌套超过 {1} 层；请写得浅一些", "nested deeper than {1} levels; write it flatter"},
                    {deepest});
      return out;
    }
    if (const auto* table = node.as_table()) {
      out.value = members(*table, depth);
    } else if (const auto* array = node.as_array()) {
      List list;
      for (const auto& element : *array) list.push_back(convert(element, depth + 1));
      out.value = std::move(list);
    } else if (const auto* text = node.as_string()) {
      out.value = text->get();
    } else if (const auto* whole = node.as_integer()) {
      out.value = whole->get();
    } else if (const auto* number = node.as_floating_point()) {
      out.value = number->get();
    } else if (const auto* flag = node.as_boolean()) {
      out.value = flag->get();
    }
    return out;
  }

 private:
  Table members(const toml::table& table, std::size_t depth) {
    Table out;
    for (const auto& [key, value] : table) {
      out.push_back({std::string(key.str()), place_of(key.source()), convert(value, depth + 1)});
    }
    // The library keeps its tables by name; problems are told, and points numbered, in the order of the file.
    std::stable_sort(out.begin(), out.end(), [](const Member& a, const Member& b) { return a.place < b.place; });
    return out;
  }

  Problems& problems_;
};

/// What the parser says of “ is true and helps nobody who typed it.
void add_slip(const toml::parse_error& error, std::string_view text, Problems& problems) {
  const auto place = place_of(error.source());
  auto mark = wide_mark(text, place.line);
  // A quotation that never ends is told on the line after it.
  if (!mark && place.line > 1) mark = wide_mark(text, place.line - 1);
  if (mark) {
    problems.add(mark->place,
                 {"{1} 是中文标点；请改用英文半角 {2}", "{1} is a mark of a Chinese keyboard; write {2} in its place"},
                 {mark->written, mark->wanted});
    return;
  }
  problems.add(place,
               {"不符合 TOML 写法（{1}）；请改正这一行，文件若被截断则恢复它",
                "{1}; correct the line, or restore the file if it was cut"},
               {error.description()});
}

}  // namespace

std::optional<Node> parse_document(std::string_view text, Problems& problems) {
  if (text.size() > largest_file) {
    problems.add({}, too_large, {largest_file});
    return std::nullopt;
  }
  if (const auto place = key_too_deep(text, deepest)) {
    problems.add(*place, {"键超过 {1} 段；请写得浅一些", "a key with more than {1} parts; write it flatter"},
                 {deepest});
    return std::nullopt;
  }
  try {
    const auto before = problems.count();
    const auto table = toml::parse(text);
    auto node = Converter(problems).convert(table, 0);
    if (problems.count() != before) return std::nullopt;
    return node;
  } catch (const toml::parse_error& error) {
    add_slip(error, text, problems);
    return std::nullopt;
  }
}

}  // namespace inspect::settings
