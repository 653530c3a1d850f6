#include "protocol/messages/message.hpp"
#include "protocol/messages/topics.hpp"
#include "tests/protocol/messages/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

using namespace inspect;
using namespace inspect::messages;
using namespace inspect::tests;
using nlohmann::json;

namespace {

json schema(const std::string& name) {
  std::ifstream in("protocol/messages/schemas/" + name + ".schema.json");
  REQUIRE(in);
  return json::parse(in);
}

bool is_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

std::string text_trouble(const json& rule, const std::string& value) {
  if (rule.contains("maxLength") && characters(value) > rule["maxLength"].get<std::size_t>()) return "too long";
  if (rule.contains("minLength") && characters(value) < rule["minLength"].get<std::size_t>()) return "too short";
  if (rule.contains("pattern") && !std::regex_search(value, std::regex(rule["pattern"].get<std::string>()))) {
    return "pattern";
  }
  if (rule.value("format", "") == "date-time" && !parse_rfc3339(value)) return "no date-time";
  return {};
}

std::string trouble(const json& rule, const json& value, const std::string& path);

std::string object_trouble(const json& rule, const json& value, const std::string& path) {
  for (const auto& key : rule["required"]) {
    if (!value.contains(key.get<std::string>())) return path + "." + key.get<std::string>() + ": missing";
  }
  for (const auto& [key, member] : value.items()) {
    if (!rule["properties"].contains(key)) return path + "." + key + ": not in the schema";
    if (auto what = trouble(rule["properties"][key], member, path + "." + key); !what.empty()) return what;
  }
  return {};
}

/// The part of JSON Schema 2020-12 that the schemas use; a keyword it does not know fails the test.
std::string trouble(const json& rule, const json& value, const std::string& path) {
  static const std::set<std::string> known{
      "$schema",   "$id",     "title", "description", "type",     "properties", "required", "additionalProperties",
      "enum",      "const",   "not",   "items",       "maxItems", "minimum",    "maximum",  "maxLength",
      "minLength", "pattern", "format"};
  for (const auto& [keyword, unused] : rule.items()) {
    if (known.count(keyword) == 0) return path + ": the test does not know the keyword " + keyword;
  }
  if (rule.contains("const") && rule["const"] != value) return path + ": const";
  if (rule.contains("not") && trouble(rule["not"], value, path).empty()) return path + ": not";
  if (rule.contains("enum") && std::count(rule["enum"].begin(), rule["enum"].end(), value) == 0) return path + ": enum";
  if (rule.contains("type")) {
    const auto types = rule["type"].is_array() ? rule["type"] : json::array({rule["type"]});
    if (std::none_of(types.begin(), types.end(), [&](const json& t) { return is_type(value, t.get<std::string>()); })) {
      return path + ": type";
    }
  }
  if (rule.contains("minimum") && value.is_number() && value < rule["minimum"]) return path + ": minimum";
  if (rule.contains("maximum") && value.is_number() && value > rule["maximum"]) return path + ": maximum";
  if (value.is_string()) {
    if (const auto what = text_trouble(rule, value.get<std::string>()); !what.empty()) return path + ": " + what;
  }
  if (value.is_array()) {
    if (value.size() > rule["maxItems"].get<std::size_t>()) return path + ": too many";
    for (const auto& entry : value) {
      if (auto what = trouble(rule["items"], entry, path + "[]"); !what.empty()) return what;
    }
  }
  return value.is_object() ? object_trouble(rule, value, path) : std::string();
}

/// Every property that a schema names, with its path.
void properties(const json& rule, const std::string& path, std::set<std::string>& out) {
  if (rule.contains("properties")) {
    for (const auto& [key, member] : rule["properties"].items()) {
      out.insert(path + "." + key);
      properties(member, path + "." + key, out);
    }
  }
  if (rule.contains("items")) properties(rule["items"], path, out);
}

void members(const json& value, const std::string& path, std::set<std::string>& out) {
  if (value.is_array()) {
    for (const auto& entry : value) members(entry, path, out);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      out.insert(path + "." + key);
      members(member, path + "." + key, out);
    }
  }
}

void matches(const std::string& name, const std::string& message) {
  CAPTURE(name);
  const auto rule = schema(name);
  const auto value = json::parse(message);
  CHECK(trouble(rule, value, "") == "");
  std::set<std::string> named;
  std::set<std::string> sent;
  properties(rule, "", named);
  members(value, "", sent);
  CHECK(named == sent);
}

/// Takes each member away in turn and adds a stranger to each object: schema and codec must agree on the verdict.
template <class Decode>
void agree(const std::string& name, const json& good, Decode decode) {
  const auto rule = schema(name);
  const auto flat = good.flatten();
  for (const auto& [pointer, unused] : flat.items()) {
    for (json::json_pointer at(pointer); !at.empty(); at = at.parent_pointer()) {
      if (good[at.parent_pointer()].is_array()) continue;
      auto less = good;
      less[at.parent_pointer()].erase(at.back());
      CAPTURE(at.to_string());
      CHECK(trouble(rule, less, "").empty() == decode(less.dump()).has_value());
      auto more = good;
      more[at.parent_pointer()]["stranger"] = 1;
      CHECK_FALSE(trouble(rule, more, "").empty());
      CHECK(decode(more.dump()).has_error());
    }
  }
}

}  // namespace

TEST_CASE("real messages satisfy their schemas, and every property of a schema is in a real message") {
  matches("finding", encode(sample_finding()));
  matches("readings", encode(sample_readings()));
  matches("receipt", encode(sample_receipt()));
  matches("holdings", encode(sample_holdings()));
  matches("state", encode(sample_state()));
}

TEST_CASE("whatever the agent may send satisfies the schemas") {
  Inventor inventor(3);
  const auto finding = schema("finding");
  const auto readings = schema("readings");
  for (int i = 0; i < 50; ++i) {
    CHECK(trouble(finding, json::parse(encode(inventor.finding())), "") == "");
    CHECK(trouble(readings, json::parse(encode(inventor.readings())), "") == "");
  }
}

TEST_CASE("schema and codec refuse the same missing and unknown fields") {
  agree("finding", json::parse(encode(sample_finding())), decode_finding);
  agree("readings", json::parse(encode(sample_readings())), decode_readings);
  agree("receipt", json::parse(encode(sample_receipt())), decode_receipt);
  agree("holdings", json::parse(encode(sample_holdings())), decode_holdings);
  agree("state", json::parse(encode(sample_state())), decode_state);
}

TEST_CASE("the description of the channels names every topic and every schema that exists") {
  std::ifstream in("protocol/messages/asyncapi.yaml");
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  for (const auto channel :
       {Channel::finding, Channel::readings, Channel::state, Channel::receipt, Channel::holdings}) {
    CHECK(text.str().find("address: " + topic(channel, "{gateway}") + '\n') != std::string::npos);
  }
  const std::regex reference("schemas/([a-z]+)\\.schema\\.json");
  const auto all = text.str();
  int found = 0;
  for (std::sregex_iterator at(all.begin(), all.end(), reference), end; at != end; ++at, ++found) schema((*at)[1]);
  CHECK(found == 5);
}
