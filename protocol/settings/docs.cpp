#include "protocol/settings/docs.hpp"

namespace inspect::settings {
namespace {

/// A table cell must not end at a character of its own.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string fallback(const FieldDoc& field) {
  if (field.need != Need::standard) return "**必须 required**";
  return field.fallback.empty() ? "–" : '`' + cell(field.fallback) + '`';
}

std::string type_of(const FieldDoc& field) { return field.type.front() == '[' ? '`' + field.type + '`' : field.type; }

/// How the section is opened in a file; the whole file and tables within others have no header of their own.
std::string heading(const ObjectDoc& object) {
  return object.name.find(' ') == std::string::npos ? '`' + object.name + '`' : object.name;
}

}  // namespace

std::string markdown(const std::vector<ObjectDoc>& objects) {
  std::string out;
  for (const auto& object : objects) {
    out += "## " + heading(object) + "\n\n" + object.about.zh + ' ' + object.about.en + "\n\n";
    out += "| 键 key | 类型 type | 范围 range | 缺省 default | 说明 | meaning |\n|---|---|---|---|---|---|\n";
    for (const auto& field : object.fields) {
      out += "| `" + field.key + "` | " + type_of(field) + " | " + cell(field.range) + " | " + fallback(field) + " | " +
             cell(field.help.zh) + " | " + cell(field.help.en) + " |\n";
    }
    out += '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

std::string help(const std::vector<ObjectDoc>& objects, Language language) {
  std::string out;
  for (const auto& object : objects) {
    out += (out.empty() ? "" : "\n") + object.name + ": " + object.about.in(language) + '\n';
    for (const auto& field : object.fields) {
      out += "  " + field.key + "  (" + field.type;
      if (!field.range.empty()) out += ", " + field.range;
      if (field.need != Need::standard) {
        out += language == Language::zh ? ", 必须" : ", required";
      } else if (!field.fallback.empty()) {
        out += (language == Language::zh ? ", 缺省 " : ", default ") + field.fallback;
      }
      out += ")\n      " + field.help.in(language) + '\n';
    }
  }
  return out;
}

}  // namespace inspect::settings
