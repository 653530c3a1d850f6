#include "protocol/messages/strict_json.hpp"

#include "protocol/messages/json_writer.hpp"
#include "protocol/messages/message.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace inspect::messages {

using nlohmann::json;

struct StrictJson::Tree {
  json root;
};

namespace {

const json& node(const void* raw) { return *static_cast<const json*>(raw); }

/// What the parser's grammar lets pass: too deep, and the same key twice (the parser would keep the last one, another
/// reader the first: two truths in one message).
class Watch {
 public:
  bool operator()(json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      keys_.emplace_back();
      if (keys_.size() > deepest_message && problem.empty()) problem = "deeper than 16 levels";
    } else if (event == Event::object_end || event == Event::array_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second && problem.empty()) problem = "the key \"" + tidy(key, 64) + "\" twice";
    }
    return true;
  }
  std::string problem;

 private:
  std::vector<std::set<std::string>> keys_;
};

/// Empty when the text may stand in a message.
std::string objection(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least) return "shorter than " + std::to_string(least) + " bytes";
  if (text.size() > most) return "longer than " + std::to_string(most) + " bytes";
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return "not UTF-8";
    if (is_control(text.substr(0, length))) return "holds a control character";
    text.remove_prefix(length);
  }
  return {};
}

bool natural_in(const json& value, std::uint64_t low, std::uint64_t high, std::uint64_t& out) {
  if (!value.is_number_unsigned()) return false;
  out = value.get<std::uint64_t>();
  return out >= low && out <= high;
}

std::string outside(std::uint64_t low, std::uint64_t high) {
  return "not a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

}  // namespace

StrictJson::StrictJson(std::string_view text) : tree_(std::make_unique<Tree>()) {
  const auto refuse = [this](const std::string& what) { problem_ = fail(Errc::malformed, "message: " + what); };
  if (text.size() > largest_message) {
    refuse("larger than 64 KiB");
    return;
  }
  Watch watch;
  const json::parser_callback_t callback = [&watch](int, json::parse_event_t event, json& parsed) {
    return watch(event, parsed);
  };
  tree_->root = json::parse(text, callback, false);
  if (!watch.problem.empty()) {
    refuse(watch.problem);
  } else if (tree_->root.is_discarded()) {
    refuse("not JSON in UTF-8");
  } else if (!tree_->root.is_object()) {
    refuse("not an object");
  }
}

StrictJson::~StrictJson() = default;

ObjectReader StrictJson::root() { return {*this, &tree_->root, ""}; }

ObjectReader::ObjectReader(StrictJson& document, const void* raw, std::string path)
    : document_(&document), json_(raw), path_(std::move(path)) {}

bool ObjectReader::failed() const { return document_->problem_.has_value(); }

std::string ObjectReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

void ObjectReader::refuse_at(const std::string& path, const std::string& what) {
  if (!failed()) document_->problem_ = fail(Errc::malformed, path + ": " + what);
}

void ObjectReader::refuse(std::string_view key, const std::string& what) { refuse_at(path_of(key), what); }

bool ObjectReader::has(std::string_view key) const { return !failed() && node(json_).contains(key); }

const void* ObjectReader::take(std::string_view key) {
  if (failed()) return nullptr;
  read_.emplace_back(key);
  const auto& object = node(json_);
  const auto found = object.find(key);
  if (found != object.end()) return &*found;
  refuse(key, "missing");
  return nullptr;
}

void ObjectReader::done() {
  if (failed()) return;
  for (const auto& [key, value] : node(json_).items()) {
    if (std::find(read_.begin(), read_.end(), key) == read_.end()) return refuse(tidy(key, 64), "unknown field");
  }
}

const std::string* ObjectReader::raw_text(std::string_view key, std::size_t most, std::size_t least) {
  const auto* found = take(key);
  if (found == nullptr) return nullptr;
  if (!node(found).is_string()) return refuse(key, "not a text"), nullptr;
  const auto& value = node(found).get_ref<const std::string&>();
  if (const auto what = objection(value, least, most); !what.empty()) return refuse(key, what), nullptr;
  return &value;
}

std::string ObjectReader::text(std::string_view key, std::size_t most, std::size_t least) {
  const auto* value = raw_text(key, most, least);
  return value == nullptr ? std::string{} : tidy(*value, most);
}

std::string ObjectReader::label(std::string_view key) {
  const auto* value = raw_text(key, longest_name, 0);
  if (value == nullptr) return {};
  // Only hidden characters are left for it to change.
  if (tidy(*value, longest_name) != *value) return refuse(key, "holds a hidden character"), std::string{};
  return *value;
}

std::string ObjectReader::name(std::string_view key) {
  auto value = label(key);
  if (!failed() && value.empty()) refuse(key, "shorter than 1 bytes");
  if (value.find('/') != std::string::npos) refuse(key, "holds a slash");
  return value;
}

bool ObjectReader::boolean(std::string_view key) {
  const auto* found = take(key);
  if (found == nullptr) return false;
  if (node(found).is_boolean()) return node(found).get<bool>();
  return refuse(key, "neither true nor false"), false;
}

std::int64_t ObjectReader::integer(std::string_view key, std::int64_t low, std::int64_t high) {
  const auto* found = take(key);
  if (found == nullptr) return low;
  const auto& value = node(found);
  const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= INT64_MAX : value.is_number_integer();
  const auto number = fits ? value.get<std::int64_t>() : 0;
  if (fits && number >= low && number <= high) return number;
  return refuse(key, "not a whole number from " + std::to_string(low) + " to " + std::to_string(high)), low;
}

std::uint64_t ObjectReader::natural(std::string_view key, std::uint64_t low, std::uint64_t high) {
  const auto* found = take(key);
  std::uint64_t number = low;
  if (found != nullptr && !natural_in(node(found), low, high, number)) refuse(key, outside(low, high));
  return number;
}

double ObjectReader::number(std::string_view key, double low, double high) {
  const auto* found = take(key);
  if (found == nullptr) return low;
  const double number = node(found).is_number() ? node(found).get<double>() : std::nan("");
  if (number >= low && number <= high) return number;
  return refuse(key, "not a number in range"), low;
}

std::optional<double> ObjectReader::number_or_null(std::string_view key) {
  if (has(key) && node(json_)[std::string(key)].is_null()) {
    read_.emplace_back(key);
    return std::nullopt;
  }
  constexpr double largest = std::numeric_limits<double>::max();
  return number(key, -largest, largest);
}

ObjectReader ObjectReader::object(std::string_view key) {
  const auto* found = take(key);
  if (found != nullptr && !node(found).is_object()) refuse(key, "not an object");
  return {*document_, found, path_of(key)};
}

const void* ObjectReader::list(std::string_view key, std::size_t most) {
  const auto* found = take(key);
  if (found == nullptr) return nullptr;
  if (!node(found).is_array()) return refuse(key, "not a list"), nullptr;
  if (node(found).size() > most) return refuse(key, "more than " + std::to_string(most) + " entries"), nullptr;
  return found;
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view key, std::size_t most) {
  std::vector<ObjectReader> out;
  const auto* found = list(key, most);
  if (found == nullptr) return out;
  for (const auto& entry : node(found)) {
    const auto path = path_of(key) + '[' + std::to_string(out.size()) + ']';
    if (!entry.is_object()) refuse_at(path, "not an object");
    out.push_back(ObjectReader(*document_, &entry, path));
  }
  return out;
}

std::vector<std::string> ObjectReader::texts(std::string_view key, std::size_t most, std::size_t longest) {
  std::vector<std::string> out;
  const auto* found = list(key, most);
  if (found == nullptr) return out;
  for (const auto& entry : node(found)) {
    const auto what = entry.is_string() ? objection(entry.get_ref<const std::string&>(), 1, longest) : "not a text";
    if (!what.empty()) return refuse_at(path_of(key) + '[' + std::to_string(out.size()) + ']', what), out;
    out.push_back(tidy(entry.get_ref<const std::string&>(), longest));
  }
  return out;
}

std::vector<std::uint64_t> ObjectReader::naturals(std::string_view key, std::size_t most, std::uint64_t low,
                                                  std::uint64_t high) {
  std::vector<std::uint64_t> out;
  const auto* found = list(key, most);
  if (found == nullptr) return out;
  for (const auto& entry : node(found)) {
    std::uint64_t number = 0;
    if (!natural_in(entry, low, high, number)) {
      return refuse_at(path_of(key) + '[' + std::to_string(out.size()) + ']', outside(low, high)), out;
    }
    out.push_back(number);
  }
  return out;
}

}  // namespace inspect::messages
