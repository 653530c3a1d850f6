#include "protocol/catalogue/catalogue.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <algorithm>
#include <initializer_list>
#include <optional>

namespace inspect::catalogue {

namespace {

/// A person mends a file problem by problem; more than this many at once help nobody.
constexpr std::size_t most_problems = 20;

class Problems {
 public:
  void add(const std::string& file, const toml::source_position& where, std::string_view what) {
    if (++count_ > most_problems) return;
    if (!text_.empty()) text_ += '\n';
    text_ += fmt::format("{}:{}:{}: {}", file, where.line, where.column, what);
  }
  [[nodiscard]] bool any() const { return count_ > 0; }
  [[nodiscard]] Error error() const { return fail(Errc::invalid_argument, text_); }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

/// One table being read: asks for its fields by name, and refuses what nobody asked for.
class Fields {
 public:
  Fields(const toml::table& table, const std::string& file, Problems& problems)
      : table_(table), file_(file), problems_(problems) {}

  void refuse_others(std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        problem(key.source().begin, fmt::format("unknown field '{}'; known are {}", key.str(), fmt::join(known, ", ")));
      }
    }
  }

  std::string string(std::string_view key, bool may_be_empty = false) {
    const auto* node = need(key);
    if (node == nullptr) return {};
    const auto* text = node->as_string();
    if (text == nullptr) {
      problem(node->source().begin, fmt::format("'{}' must be a text in quotes", key));
      return {};
    }
    if (text->get().empty() && !may_be_empty) problem(node->source().begin, fmt::format("'{}' must not be empty", key));
    return text->get();
  }

  Text text(std::string_view key) {
    const auto* node = need(key);
    return node == nullptr ? Text{} : text_of(*node, key);
  }

  std::vector<Text> texts(std::string_view key) {
    const auto* node = need(key);
    if (node == nullptr) return {};
    const auto* array = node->as_array();
    if (array == nullptr || array->empty()) {
      problem(node->source().begin, fmt::format("'{}' must be a list of at least one {{ zh = …, en = … }}", key));
      return {};
    }
    std::vector<Text> texts;
    for (const auto& entry : *array) texts.push_back(text_of(entry, key));
    return texts;
  }

  double number(std::string_view key, double lowest, double highest) {
    const auto* node = need(key);
    if (node == nullptr) return lowest;
    const auto value = node->value<double>();
    if (!value || !(*value >= lowest && *value <= highest)) {
      problem(node->source().begin, fmt::format("'{}' must be a number from {} to {}", key, lowest, highest));
      return lowest;
    }
    return *value;
  }

  bool flag(std::string_view key, bool otherwise) {
    const auto* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const auto* value = node->as_boolean();
    if (value == nullptr) problem(node->source().begin, fmt::format("'{}' must be true or false", key));
    return value != nullptr ? value->get() : otherwise;
  }

  /// At the field if it is there, else at the table.
  void problem_at(std::string_view key, std::string_view what) {
    const auto* node = table_.get(key);
    problem(node != nullptr ? node->source().begin : table_.source().begin, what);
  }

 private:
  void problem(const toml::source_position& where, std::string_view what) { problems_.add(file_, where, what); }

  const toml::node* need(std::string_view key) {
    const auto* node = table_.get(key);
    if (node == nullptr) problem(table_.source().begin, fmt::format("'{}' is missing here; add it", key));
    return node;
  }

  Text text_of(const toml::node& node, std::string_view key) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      problem(node.source().begin, fmt::format("'{}' must be {{ zh = \"…\", en = \"…\" }}", key));
      return {};
    }
    Fields both(*table, file_, problems_);
    both.refuse_others({"zh", "en"});
    return {both.string("zh"), both.string("en")};
  }

  const toml::table& table_;
  const std::string& file_;
  Problems& problems_;
};

std::optional<toml::table> parse(const std::string& file, Problems& problems) {
  try {
    return toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    problems.add(file, error.source().begin, error.description());
  }
  return std::nullopt;
}

/// Calls `each(fields)` for every [[name]] of the file.
template <class Each>
void for_each_entry(const toml::table& root, const std::string& file, std::string_view name, Problems& problems,
                    const Each& each) {
  Fields(root, file, problems).refuse_others({name});
  const auto* list = root.get_as<toml::array>(name);
  if (list == nullptr || !list->is_array_of_tables()) {
    problems.add(file, {1, 1}, fmt::format("no [[{}]] here; the file is a list of them", name));
    return;
  }
  for (const auto& node : *list) {
    Fields fields(*node.as_table(), file, problems);
    each(fields);
  }
}

template <class Entry>
void refuse_twice(const std::vector<Entry>& entries, const std::string& key, Fields& fields) {
  const auto same = [&](const Entry& entry) { return entry.key == key; };
  if (!key.empty() && std::any_of(entries.begin(), entries.end(), same)) {
    fields.problem_at("key", fmt::format("'{}' is there twice; keep one", key));
  }
}

Part read_part(Fields& fields) {
  fields.refuse_others({"key", "name", "unit", "carried"});
  return {fields.string("key"), fields.text("name"), fields.string("unit"), fields.flag("carried", true)};
}

FaultKind read_kind(Fields& fields, const Catalogue& so_far) {
  fields.refuse_others({"key", "code", "class", "part", "department", "confidence", "title", "mode", "mechanism",
                        "cause", "urgency", "checks"});
  FaultKind kind;
  kind.key = fields.string("key");
  kind.code = fields.string("code", true);
  kind.title = fields.text("title");
  kind.mode = fields.text("mode");
  kind.mechanism = fields.text("mechanism");
  kind.cause = fields.text("cause");
  kind.part = fields.string("part", true);
  kind.department = fields.string("department");
  kind.confidence = fields.number("confidence", 0, 1);
  kind.urgency = fields.text("urgency");
  kind.checks = fields.texts("checks");
  const auto fault_class = fault_class_from(fields.string("class"));
  if (!fault_class) fields.problem_at("class", "'class' must be \"ordinary\", \"major\" or \"preventive\"");
  kind.fault_class = fault_class.value_or(FaultClass::ordinary);
  if (!kind.part.empty() && so_far.part(kind.part) == nullptr) {
    fields.problem_at("part", fmt::format("part '{}' is not in parts.toml; add it there or mend the name", kind.part));
  }
  if (std::find(departments.begin(), departments.end(), kind.department) == departments.end()) {
    fields.problem_at("department", fmt::format("'department' must be one of {}", fmt::join(departments, ", ")));
  }
  return kind;
}

}  // namespace

Result<Catalogue> load(const std::string& directory) {
  Catalogue catalogue;
  Problems problems;
  const auto parts_file = directory + "/parts.toml";
  const auto faults_file = directory + "/faults.toml";
  const auto parts = parse(parts_file, problems);
  const auto faults = parse(faults_file, problems);
  if (!parts || !faults) return problems.error();

  for_each_entry(*parts, parts_file, "part", problems, [&](Fields& fields) {
    auto part = read_part(fields);
    refuse_twice(catalogue.parts, part.key, fields);
    catalogue.parts.push_back(std::move(part));
  });
  for_each_entry(*faults, faults_file, "kind", problems, [&](Fields& fields) {
    auto kind = read_kind(fields, catalogue);
    refuse_twice(catalogue.kinds, kind.key, fields);
    catalogue.kinds.push_back(std::move(kind));
  });
  if (problems.any()) return problems.error();
  return catalogue;
}

}  // namespace inspect::catalogue
