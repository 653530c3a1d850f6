#include "firmware-agent/cli/table.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "tests/firmware-agent/cli/child.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace inspect;
using namespace inspect::cli;

namespace {

struct Screen {
  explicit Screen(std::size_t width, bool colour = false) {
    console.width = width;
    console.colour = colour;
  }
  std::ostringstream out;
  std::ostringstream err;
  Console console{out, err};
};

}  // namespace

TEST_CASE("columns line up whatever the script") {
  Table table({{"名称"}, {"VALUE", true}, {"X"}});
  table.row({{"继电器"}, {"1"}, {"a"}});
  table.row({{"ab"}, {"12345"}, {"b"}});
  CHECK(table.text(Screen(0).console) ==
        "名称    VALUE  X\n"
        "继电器      1  a\n"
        "ab      12345  b\n");
}

TEST_CASE("what is least important goes first, then titles are cut, names never") {
  Table table({{"NAME"}, {"TITLE", false, 6}, {"EXTRA", false, 0, 1}, {"SPARE", false, 0, 2}});
  table.row({{"relay-1"}, {"Station 3, relay board"}, {"extra"}, {"spare"}});
  CHECK(table.text(Screen(80).console) ==
        "NAME     TITLE                   EXTRA  SPARE\n"
        "relay-1  Station 3, relay board  extra  spare\n");
  CHECK(table.text(Screen(38).console) ==
        "NAME     TITLE                   SPARE\n"
        "relay-1  Station 3, relay board  spare\n");
  CHECK(table.text(Screen(30).console) ==
        "NAME     TITLE           SPARE\n"
        "relay-1  Station 3, re…  spare\n");
  CHECK(table.text(Screen(15).console) ==
        "NAME     TITLE\n"
        "relay-1  Stati…\n");
}

TEST_CASE("a line below its row is indented and never cut") {
  Table table({{"A"}});
  table.row({{"x"}}, "relay-1/relay.3.state/relay.welded/1");
  CHECK(table.text(Screen(10).console) == "A\nx\n  relay-1/relay.3.state/relay.welded/1\n");
}

TEST_CASE("colours do not shift columns, and there are none without a terminal") {
  Table table({{"A"}, {"B"}});
  table.row({{"坏", Tone::bad}, {"x"}});
  const auto coloured = table.text(Screen(0, true).console);
  CHECK(coloured.find("\x1b[31m坏\x1b[0m  x") != std::string::npos);
  CHECK(table.text(Screen(0).console) == "A   B\n坏  x\n");
}

TEST_CASE("control characters in a cell stay inside their cell") {
  Table table({{"A"}, {"B"}});
  table.row({{"x\ny\x1b[2J"}, {"z"}}, "b\r\n");
  CHECK(table.text(Screen(0).console) == "A        B\nx?y?[2J  z\n  b??\n");
}

TEST_CASE("a row with too few cells is filled, one with too many is cut off") {
  Table table({{"A"}, {"B"}});
  table.row({{"x"}});
  table.row({{"1"}, {"2"}, {"3"}});
  CHECK(table.text(Screen(0).console) == "A  B\nx\n1  2\n");
}

TEST_CASE("pairs stand in two columns, and long values go on below themselves") {
  const auto text = pairs(Screen(20).console, {{"站点", {"demo"}}, {"what", {"one two three four"}}});
  CHECK(text == "站点  demo\nwhat  one two three\n      four\n");
}

TEST_CASE("an empty value leaves no spaces at the end of its line") {
  CHECK(pairs(Screen(20).console, {{"a", {""}}, {"b", {"x"}}}) == "a\nb  x\n");
}
