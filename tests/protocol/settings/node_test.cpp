#include "protocol/settings/node.hpp"

#include <doctest/doctest.h>

using namespace inspect::settings;

TEST_CASE("a node says what it is in words a technician uses") {
  CHECK(Node{{}, true}.type_name().en == "true or false");
  CHECK(Node{{}, std::int64_t{1}}.type_name().en == "a whole number");
  CHECK(Node{{}, 1.5}.type_name().en == "a number");
  CHECK(Node{{}, std::string("x")}.type_name().en == "a text");
  CHECK(Node{{}, List{}}.type_name().en == "a list");
  CHECK(Node{{}, Table{}}.type_name().en == "a table");
  CHECK(Node{}.type_name().en == "a date or time");
}

TEST_CASE("a member is found by its key in a table and nowhere else") {
  const Node table{{1, 1}, Table{{"a", {2, 1}, {{2, 5}, std::int64_t{7}}}, {"b", {3, 1}, {{3, 5}, true}}}};
  REQUIRE(table.find("a") != nullptr);
  CHECK(std::get<std::int64_t>(table.find("a")->value) == 7);
  CHECK(table.find("a")->place == Place{2, 5});
  CHECK(table.find("c") == nullptr);
  CHECK(Node{{}, true}.find("a") == nullptr);
}

TEST_CASE("places are ordered as one reads") {
  CHECK(Place{1, 9} < Place{2, 1});
  CHECK(Place{2, 1} < Place{2, 2});
}
