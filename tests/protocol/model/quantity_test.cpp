#include "protocol/model/quantity.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect;

TEST_CASE("every quantity has a word of its own, the last one too") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < quantity_count; ++i) words.insert(name(static_cast<Quantity>(i)));
  CHECK(words.size() == quantity_count);
  CHECK(name(Quantity::command) == "command");
  CHECK(name(Quantity::tester_temperature) == "tester-temperature");
  CHECK(name(Quantity::other) == "other");
}
