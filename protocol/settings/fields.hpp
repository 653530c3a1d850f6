#pragma once

#include "protocol/core/text.hpp"
#include "protocol/settings/node.hpp"
#include "protocol/settings/problems.hpp"
#include "protocol/settings/values.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

/// One table per object of a settings file feeds its parser, its help and its page of documentation:
///
///     struct Uplink { std::string host; std::uint16_t port = 1883; };
///
///     const Fields<Uplink>& uplink_fields() {
///       static const Fields<Uplink> fields{
///           "uplink", {"上行链路", "Where the centre is."},
///           {{"host", text(&Uplink::host, 253), required, {"中心主机名", "name of the centre's broker"}},
///            {"port", integer(&Uplink::port, 1, 65535), standard, {"端口", "its port"}}}};
///       return fields;
///     }
///
///     Problems problems("uplink.toml");
///     Uplink uplink;
///     if (const auto document = parse_document(bytes, problems)) uplink_fields().read(*document, uplink, problems);
///     if (!problems.empty()) return problems.error();
///
/// The default shown in the documentation is the one of a fresh object; it is written down nowhere else.
namespace inspect::settings {

/// `required`: the file must have it. `standard`: a fresh object's value stands. `depends`: checked by the reader.
enum class Need { required, standard, depends };
constexpr Need required = Need::required;
constexpr Need standard = Need::standard;
constexpr Need depends = Need::depends;

/// What a row says of itself.
struct FieldDoc {
  std::string key;
  std::string type;      ///< "whole number", "text", "list of [[bus]]"
  std::string range;     ///< "1–247", "serial, tcp"
  std::string fallback;  ///< the value without the key; empty when required
  Need need = required;
  Text help;
};

struct ObjectDoc {
  std::string name;  ///< "bus.serial"
  Text about;
  std::vector<FieldDoc> fields;
};

/// How a value is read into an object and shown from one; made by the functions of kinds.hpp.
template <class Read, class Show>
struct Kind {
  std::string type;
  std::string range;
  Read read;  ///< void(T&, const Node&, Problems&)
  Show show;  ///< std::string(const T&)
  std::function<void(std::vector<ObjectDoc>&)> nested = nullptr;
};

template <class T>
class Field {
 public:
  template <class Read, class Show>
  Field(std::string key, Kind<Read, Show> kind, Need need, Text help)
      : doc{std::move(key), std::move(kind.type), std::move(kind.range), "", need, std::move(help)},
        read(std::move(kind.read)),
        nested(std::move(kind.nested)) {
    if (need == Need::standard) doc.fallback = kind.show(T{});
  }

  FieldDoc doc;
  std::function<void(T&, const Node&, Problems&)> read;
  std::function<void(std::vector<ObjectDoc>&)> nested;
};

template <class T>
class Fields {
 public:
  Fields(std::string name, Text about, std::vector<Field<T>> rows)
      : name_(std::move(name)), about_(std::move(about)), rows_(std::move(rows)) {}

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Reads a table into `object`; what is wrong goes to `problems`, and the rest is read all the same.
  /// An object with a member `Place place` learns where it stands.
  void read(const Node& node, T& object, Problems& problems) const {
    const auto* table = node.table();
    if (table == nullptr) {
      problems.add(node.place, {"\"{1}\" 是{2}；应写成表", "\"{1}\" is {2}; write a table"}, {name_, node.type_name()});
      return;
    }
    if constexpr (requires { object.place = node.place; }) object.place = node.place;
    for (const auto& member : *table) {
      if (const auto* row = find(member.key)) {
        row->read(object, member.value, problems);
      } else {
        unknown(member, problems);
      }
    }
    for (const auto& row : rows_) {
      if (row.doc.need == Need::required && node.find(row.doc.key) == nullptr) {
        problems.add(node.place, {"{2} 中缺少 \"{1}\"；请补上：{3}", "\"{1}\" is missing in {2}; add it: {3}"},
                     {row.doc.key, whole(), row.doc.help});
      }
    }
  }

  /// This object and those within it, in the order a reader meets them; each once.
  void describe(std::vector<ObjectDoc>& out) const {
    for (const auto& known : out) {
      if (known.name == name_) return;
    }
    ObjectDoc doc{name_, about_, {}};
    for (const auto& row : rows_) doc.fields.push_back(row.doc);
    out.push_back(std::move(doc));
    for (const auto& row : rows_) {
      if (row.nested) row.nested(out);
    }
  }

 private:
  const Field<T>* find(std::string_view key) const {
    for (const auto& row : rows_) {
      if (row.doc.key == key) return &row;
    }
    return nullptr;
  }

  /// The name of a whole file is words, not a key: "site file".
  [[nodiscard]] Text whole() const { return {name_.ends_with(" file") ? "文件" : name_, name_}; }

  void unknown(const Member& member, Problems& problems) const {
    std::vector<std::string_view> known;
    for (const auto& row : rows_) known.push_back(row.doc.key);
    auto guess = did_you_mean(member.key, known);
    if (guess.en.empty()) guess = filled({"；可用 {1}", "; known are {1}"}, {show_words(known)});
    problems.add(member.place, {"{2} 中没有键 \"{1}\"{3}", "unknown key \"{1}\" in {2}{3}"},
                 {member.key, whole(), guess});
  }

  std::string name_;
  Text about_;
  std::vector<Field<T>> rows_;
};

}  // namespace inspect::settings
