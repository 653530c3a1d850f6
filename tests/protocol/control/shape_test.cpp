#include "protocol/control/shape.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inspect::control;

TEST_CASE("nesting counts braces and brackets, the deepest place") {
  CHECK(nesting("") == 0);
  CHECK(nesting("12") == 0);
  CHECK(nesting("{}") == 1);
  CHECK(nesting(R"({"a":[1,{"b":2}],"c":{}})") == 3);
  CHECK(nesting("[][][]") == 1);
}

TEST_CASE("what stands in a text does not nest, whatever is escaped there") {
  CHECK(nesting(R"({"a":"[[[["})") == 1);
  CHECK(nesting(R"({"a":"\"[[["})") == 1);
  CHECK(nesting(R"({"a":"\\","b":[[]]})") == 3);
  CHECK(nesting("\"\\") == 0);
}

TEST_CASE("what is no JSON still has a nesting") {
  CHECK(nesting("]]]]") == 0);
  CHECK(nesting("]]{{") == 2);
  CHECK(nesting(std::string(100'000, '[')) == 100'000);
}
