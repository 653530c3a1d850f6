#include "firmware-agent/cli/scan_page.hpp"

#include "tests/firmware-agent/cli/traces.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::cli;
using inspect::tests::Page;

namespace {
FoundUnit board() {
  return {7, {7, 3, 1, 1, {}}, std::nullopt, {{"r421a08", 2, 3, false, 8}, {"xy6020l", 3, 3, true, 2}}};
}
}  // namespace

TEST_CASE("a found unit is told by what it looks like, with its signs") {
  CHECK(found_line(Page().console, board()) ==
        "unit 7   looks like r421a08 (2 of 3 signs)\n"
        "         or xy6020l (3 of 3 signs, its constant is right)\n");
  CHECK(found_line(Page(Language::zh).console, board()).find("站号 7   像 r421a08（3 个特征符合 2 个）") == 0);
}

TEST_CASE("models that are as near as the nearest are all named, of the others three in all") {
  FoundUnit unit{4, {4, 3, 0, 1, {}}, std::nullopt, {}};
  for (const auto* model : {"a", "b", "c", "d"}) unit.likely.push_back({model, 3, 3, false, 5});
  unit.likely.push_back({"e", 2, 3, false, 5});
  CHECK(found_line(Page().console, unit) ==
        "unit 4   looks like a (3 of 3 signs)\n"
        "         or b (3 of 3 signs)\n"
        "         or c (3 of 3 signs)\n"
        "         or d (3 of 3 signs)\n");
  for (std::size_t i = 1; i < 4; ++i) unit.likely[i].signs = 2;
  const auto line = found_line(Page().console, unit);
  CHECK(line.find("or c ") != std::string::npos);
  CHECK(line.find("or d ") == std::string::npos);
}

TEST_CASE("a unit that is like nothing is found all the same") {
  const FoundUnit stranger{9, {9, 3, 1, 1, {}}, std::uint8_t{2}, {}};
  CHECK(found_line(Page().console, stranger) == "unit 9   answers, and is like no profile; no such address\n");
}

TEST_CASE("programs get every likely model and a summary") {
  CHECK(found_json(board()) == R"({"address":1,"exception":null,"function":3,"likely":[)"
                               R"({"model":"r421a08","of":3,"proven":false,"signs":2,"values":8},)"
                               R"({"model":"xy6020l","of":3,"proven":true,"signs":3,"values":2}],"unit":7})");
  CHECK(summary_json({"rs485-1", 247, 2, false}) == R"({"asked":247,"bus":"rs485-1","complete":false,"found":2})");
}

TEST_CASE("units are a number or a range of those there are") {
  CHECK(units_in("7") == std::vector<std::uint8_t>{7});
  CHECK(units_in("3-5") == std::vector<std::uint8_t>{3, 4, 5});
  CHECK(units_in("1-247")->size() == 247);
  for (const auto* text : {"", "0", "248", "5-3", "1-248", "a", "1-", "-3", "1-2-3", " 1", "1 ", "99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(units_in(text));
  }
}

TEST_CASE("the line's format is read where there is one") {
  CHECK(format_in("/dev/ttyUSB0 9600 8N1")->baud == 9600);
  CHECK(format_in("/dev/serial/by-path/x 19200 8E1 RS-485")->parity == drivers::Parity::even);
  CHECK(format_in("/dev/x 115200 8O2")->parity == drivers::Parity::odd);
  CHECK_FALSE(format_in("tcp 10.0.0.8:502"));
  CHECK_FALSE(format_in("8N1"));
  CHECK_FALSE(format_in(""));
}
