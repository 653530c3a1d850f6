#include "protocol/catalogue/catalogue.hpp"

#include "protocol/settings/document.hpp"
#include "protocol/settings/kinds.hpp"

#include <algorithm>
#include <set>

namespace inspect::catalogue {

namespace {

using namespace settings;  // the vocabulary of the tables below

constexpr std::size_t longest_key = 64;
constexpr std::size_t most_checks = 16;  ///< of a message

struct PartDraft {
  catalogue::Part part;
  Placed<std::string> key;
};
struct KindDraft {
  FaultKind kind;
  Placed<std::string> key;
  Placed<std::string> part;
  Placed<std::vector<Text>> checks;
};
struct PartsDraft {
  std::vector<PartDraft> parts;
};
struct KindsDraft {
  std::vector<KindDraft> kinds;
};

/// Both languages, always: what a technician reads must never be in the other one.
std::optional<Text> take_both(const Node& node, Problems& problems) {
  if (node.text() == nullptr) return take_bilingual(node, problems);
  problems.add(node.place, {"只有一种语言；应写 { zh = \"…\", en = \"…\" }",
                            "this is one language; write { zh = \"…\", en = \"…\" }"});
  return std::nullopt;
}

/// A word that may be empty: no part cures it, no row of the fault model.
std::optional<std::string> take_word(const Node& node, Problems& problems) {
  if (node.text() != nullptr && node.text()->empty()) return std::string();
  return take_text(node, longest_key, problems);
}

std::optional<std::vector<Text>> take_checks(const Node& node, Problems& problems) {
  const auto* list = node.list();
  if (list == nullptr || list->empty() || list->size() > most_checks) {
    problems.add(node.place,
                 {"应写 1 到 {1} 项的列表 [{ zh = \"…\", en = \"…\" }, …]",
                  "write a list of 1 to {1}: [{ zh = \"…\", en = \"…\" }, …]"},
                 {most_checks});
    return std::nullopt;
  }
  std::vector<Text> checks;
  for (const auto& each : *list) {
    if (auto both = take_both(each, problems)) checks.push_back(std::move(*both));
  }
  return checks;
}

template <class Access>
auto both(Access access) {
  return kind("{ zh, en }", "", access, take_both);
}

const Fields<PartDraft>& part_fields() {
  const auto of = [](auto member) { return in(&PartDraft::part, member); };
  static const Fields<PartDraft> fields{
      "part",
      {"一种备件。", "A spare part."},
      {{"key", text(&PartDraft::key, longest_key), required, {"库存名", "what stock calls it"}},
       {"name", both(of(&catalogue::Part::name)), required, {"名称", "what people call it"}},
       {"unit", text(of(&catalogue::Part::unit), 8), required, {"单位", "what it is counted in"}},
       {"carried",
        flag(of(&catalogue::Part::carried)),
        standard,
        {"各网点常备", "every outlet carries it; else it is ordered"}}}};
  return fields;
}

std::vector<Word<std::string>> department_words() {
  std::vector<Word<std::string>> words;
  words.reserve(std::size(departments));
  for (const auto& department : departments) words.push_back({department.key, std::string(department.key)});
  return words;
}

const Fields<KindDraft>& kind_fields() {
  const auto of = [](auto member) { return in(&KindDraft::kind, member); };
  static const Fields<KindDraft> fields{
      "kind",
      {"一种故障。", "A kind of fault."},
      {{"key", text(&KindDraft::key, longest_key), required, {"类型名", "what a rule calls it"}},
       {"code",
        kind("text", "", of(&FaultKind::code), take_word),
        required,
        {"故障模型的行号，可为空", "row of the fault model; may be empty"}},
       {"class",
        choice(of(&FaultKind::fault_class), std::vector<Word<FaultClass>>{{"ordinary", FaultClass::ordinary},
                                                                          {"major", FaultClass::major},
                                                                          {"preventive", FaultClass::preventive}}),
        required,
        {"级别", "class"}},
       {"part",
        kind("text", "", &KindDraft::part, take_word),
        required,
        {"备件的库存名，可为空", "key of the part that cures it; may be empty"}},
       {"department", choice(of(&FaultKind::department), department_words()), required, {"部门", "who gets it"}},
       {"confidence",
        number(of(&FaultKind::confidence), 0, 1),
        required,
        {"确认后的可信度", "how sure a confirmed detection is"}},
       {"title", both(of(&FaultKind::title)), required, {"名称", "in a few words"}},
       {"mode", both(of(&FaultKind::mode)), required, {"现象", "what is seen"}},
       {"mechanism", both(of(&FaultKind::mechanism)), required, {"机理", "how it comes"}},
       {"cause", both(of(&FaultKind::cause)), required, {"原因", "why"}},
       {"urgency", both(of(&FaultKind::urgency)), required, {"紧急程度", "how urgent"}},
       {"checks",
        kind("list of { zh, en }", "1–16", &KindDraft::checks, take_checks),
        required,
        {"先检查什么", "what to check first"}}}};
  return fields;
}

const Fields<PartsDraft>& parts_fields() {
  static const Fields<PartsDraft> fields{
      "parts file",
      {"备件表。", "The spare parts."},
      {{"part", tables(&PartsDraft::parts, part_fields(), 1000), required, {"备件", "the parts"}}}};
  return fields;
}

const Fields<KindsDraft>& kinds_fields() {
  static const Fields<KindsDraft> fields{
      "faults file",
      {"故障类型表。", "The kinds of fault."},
      {{"kind", tables(&KindsDraft::kinds, kind_fields(), 1000), required, {"类型", "the kinds of fault"}}}};
  return fields;
}

template <class Draft>
void read(const std::string& file, const Fields<Draft>& fields, Draft& draft, Problems& problems) {
  const auto bytes = read_file(file, problems);
  if (!bytes) return;
  if (const auto document = parse_document(*bytes, problems)) fields.read(*document, draft, problems);
}

void refuse_twice(const Placed<std::string>& key, std::set<std::string>& keys, Problems& problems) {
  if (key.value.empty() || keys.insert(key.value).second) return;
  problems.add(key.place, {"\"{1}\" 出现两次；请删去一个", "\"{1}\" is there twice; keep one"}, {key.value});
}

void take_parts(PartsDraft draft, Catalogue& catalogue, Problems& problems) {
  std::set<std::string> keys;
  for (auto& each : draft.parts) {
    refuse_twice(each.key, keys, problems);
    each.part.key = std::move(each.key.value);
    catalogue.parts.push_back(std::move(each.part));
  }
}

void take_kinds(KindsDraft draft, Catalogue& catalogue, Problems& problems) {
  std::set<std::string> keys;
  std::vector<std::string_view> known;
  for (const auto& part : catalogue.parts) known.push_back(part.key);
  for (auto& each : draft.kinds) {
    refuse_twice(each.key, keys, problems);
    const auto& part = each.part.value;
    if (!part.empty() && std::find(known.begin(), known.end(), part) == known.end()) {
      problems.add(each.part.place,
                   {"parts.toml 中没有备件 \"{1}\"{2}；请补上或改正名称",
                    "part \"{1}\" is not in parts.toml{2}; add it there or mend the name"},
                   {part, did_you_mean(part, known)});
    }
    each.kind.key = std::move(each.key.value);
    each.kind.part = std::move(each.part.value);
    each.kind.checks = std::move(each.checks.value);
    catalogue.kinds.push_back(std::move(each.kind));
  }
}

}  // namespace

std::optional<Catalogue> load(const std::string& directory, Problems& problems) {
  Problems of_parts(directory + "/parts.toml");
  Problems of_faults(directory + "/faults.toml");
  PartsDraft parts;
  KindsDraft kinds;
  read(of_parts.file(), parts_fields(), parts, of_parts);
  read(of_faults.file(), kinds_fields(), kinds, of_faults);
  Catalogue catalogue;
  take_parts(std::move(parts), catalogue, of_parts);
  // Without the parts every kind's part would be told as a mistake of the faults.
  if (of_parts.empty()) take_kinds(std::move(kinds), catalogue, of_faults);
  const bool good = of_parts.empty() && of_faults.empty();
  problems.append(of_parts);
  problems.append(of_faults);
  return good ? std::optional(std::move(catalogue)) : std::nullopt;
}

Result<Catalogue> load(const std::string& directory) {
  Problems problems(directory);
  auto catalogue = load(directory, problems);
  if (!catalogue) return problems.error();
  return std::move(*catalogue);
}

}  // namespace inspect::catalogue
