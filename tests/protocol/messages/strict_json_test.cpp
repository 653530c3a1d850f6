#include "protocol/messages/strict_json.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::messages;

namespace {

std::string trouble(const std::string& text) {
  const StrictJson document(text);
  return document.problem() ? document.problem()->message : "";
}

std::string nested(std::size_t depth) {
  std::string text = "{\"a\":";
  text += std::string(depth - 1, '[') + std::string(depth - 1, ']');
  return text + '}';
}

}  // namespace

TEST_CASE("sixteen levels are read, seventeen are not, and a hundred thousand harm nobody") {
  CHECK(trouble(nested(16)).empty());
  CHECK(trouble(nested(17)) == "message: deeper than 16 levels");
  CHECK_FALSE(trouble(nested(30'000)).empty());
  CHECK_FALSE(trouble(std::string(65'536, '[')).empty());
}

TEST_CASE("more than 64 KiB is not even looked at") {
  const std::string start = "{\"a\":\"";
  CHECK(trouble(start + std::string(65'536 - start.size() - 2, 'x') + "\"}").empty());
  CHECK(trouble(start + std::string(65'536 - start.size() - 1, 'x') + "\"}") == "message: larger than 64 KiB");
}

TEST_CASE("what is no JSON object in UTF-8 is refused") {
  for (const std::string text :
       {"", " ", "null", "[]", "\"a\"", "{", "{}}", "{} {}", "{\"a\":1,}", "{'a':1}", "// x\n{}", "{\"a\":\"\xFF\"}",
        "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"\\ud800\"}", "\xEF\xBB{}"}) {
    CAPTURE(text);
    CHECK_FALSE(trouble(text).empty());
  }
}

TEST_CASE("a key that is there twice is refused at any depth, the same key in two objects is not") {
  CHECK(trouble(R"({"a":1,"a":1})") == "message: the key \"a\" twice");
  CHECK_FALSE(trouble(R"({"x":[{"a":1},{"a":{"b":1,"c":2,"b":3}}]})").empty());
  CHECK(trouble(R"({"x":[{"a":1},{"a":{"a":1}}]})").empty());
}

TEST_CASE("the first thing wrong is kept, and later reads are harmless") {
  StrictJson document(R"({"n":1,"list":[{"t":5}],"extra":true})");
  auto root = document.root();
  CHECK(root.natural("n", 1, 5) == 1);
  auto entries = root.objects("list", 3);
  CHECK(entries.at(0).text("t", 10).empty());
  root.object("missing").object("deeper").text("x", 1);
  root.done();
  REQUIRE(document.problem());
  CHECK(document.problem()->message == "list[0].t: not a text");
}

TEST_CASE("a document that could not be read gives defaults everywhere") {
  StrictJson document("nonsense");
  auto root = document.root();
  CHECK(root.text("a", 5).empty());
  CHECK(root.objects("b", 5).empty());
  CHECK(root.integer("c", -3, 3) == -3);
  CHECK_FALSE(root.has("a"));
  CHECK_FALSE(root.number_or_null("d").value_or(0) > 0);
  CHECK(document.problem()->message == "message: not JSON in UTF-8");
}

TEST_CASE("whole numbers keep to their range at both ends of 64 bits") {
  StrictJson document(R"({"low":-9223372036854775808,"high":9223372036854775807,"huge":18446744073709551615})");
  auto root = document.root();
  CHECK(root.integer("low", INT64_MIN, INT64_MAX) == INT64_MIN);
  CHECK(root.integer("high", INT64_MIN, INT64_MAX) == INT64_MAX);
  CHECK(root.natural("huge", 0, UINT64_MAX) == UINT64_MAX);
  root.integer("huge", INT64_MIN, INT64_MAX);
  REQUIRE(document.problem());
  CHECK(document.problem()->message.starts_with("huge: not a whole number"));
}
