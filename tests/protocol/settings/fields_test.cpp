#include "protocol/settings/fields.hpp"

#include "protocol/settings/document.hpp"
#include "protocol/settings/kinds.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::settings;

namespace {

struct Line {
  std::string port;
  std::uint32_t baud = 9600;
};

enum class Colour { red, green };

struct Machine {
  std::string name;
  Text title;
  std::optional<double> limit;
  Placed<std::string> on;
  std::chrono::milliseconds period{1000};
  bool loud = true;
  Colour colour = Colour::green;
  std::vector<std::string> tags;
  std::optional<Line> line;
  std::vector<Line> lines;
  Place place;
};

const Fields<Line>& line_fields() {
  static const Fields<Line> fields{"line",
                                   {"线", "A line."},
                                   {{"port", text(&Line::port, 20), required, {"口", "the port"}},
                                    {"baud", integer(&Line::baud, 1200, 115200), standard, {"速", "the speed"}}}};
  return fields;
}

const Fields<Machine>& machine_fields() {
  static const Fields<Machine> fields{
      "machine",
      {"机器", "A machine."},
      {{"name", settings::name(&Machine::name), required, {"名", "its name"}},
       {"title", bilingual(&Machine::title), standard, {"题", "its title"}},
       {"limit", number(&Machine::limit, 0, 10), standard, {"限", "its limit"}},
       {"on", text(&Machine::on, 20), standard, {"在", "where it is"}},
       {"period_ms", integer(&Machine::period, 1, 5000), standard, {"周期", "how often"}},
       {"loud", flag(&Machine::loud), standard, {"响", "whether it is loud"}},
       {"colour",
        choice(&Machine::colour, std::vector<Word<Colour>>{{"red", Colour::red}, {"green", Colour::green}}),
        standard,
        {"色", "its colour"}},
       {"tags", texts(&Machine::tags, 2, 5), standard, {"签", "words on it"}},
       {"line", table(&Machine::line, line_fields()), standard, {"线", "its line"}},
       {"more", tables(&Machine::lines, line_fields(), 2), standard, {"更多", "more lines"}},
       {"inner", text(in(&Machine::on, &Placed<std::string>::value), 20), standard, {"内", "a member of a member"}}}};
  return fields;
}

struct Read {
  Machine machine;
  std::vector<std::string> problems;
};

Read read(std::string_view toml) {
  Problems problems("m.toml");
  Read out;
  const auto node = parse_document(toml, problems);
  REQUIRE(node.has_value());
  machine_fields().read(*node, out.machine, problems);
  for (const auto& line : problems.lines()) out.problems.push_back(line.en);
  return out;
}

}  // namespace

TEST_CASE("what is written is read, what is not keeps its default") {
  const auto [machine, problems] = read(R"(
name = "lathe"
title = { zh = "车床", en = "lathe" }
limit = 5
on = "floor 2"
period_ms = 250
colour = "red"
tags = ["a", "b"]
line = { port = "p1" }
[[more]]
port = "p2"
baud = 19200
)");
  CHECK(problems.empty());
  CHECK(machine.name == "lathe");
  CHECK(machine.title == Text{"车床", "lathe"});
  CHECK(machine.limit == 5.0);
  CHECK(machine.on.value == "floor 2");
  CHECK(machine.on.place == Place{5, 6});
  CHECK(machine.period == std::chrono::milliseconds(250));
  CHECK(machine.loud);
  CHECK(machine.colour == Colour::red);
  CHECK(machine.tags == std::vector<std::string>{"a", "b"});
  REQUIRE(machine.line.has_value());
  CHECK(machine.line->port == "p1");
  CHECK(machine.line->baud == 9600);
  REQUIRE(machine.lines.size() == 1);
  CHECK(machine.lines[0].baud == 19200);
}

TEST_CASE("a member of a member is reached by its way") {
  CHECK(read("name = \"a\"\ninner = \"deep\"\n").machine.on.value == "deep");
}

TEST_CASE("an unknown key is refused with the nearest one, or with all there are") {
  const auto near = read("name = \"a\"\nperiod_m = 5\n").problems;
  REQUIRE(near.size() == 1);
  CHECK(near[0] == "m.toml:2:1: unknown key \"period_m\" in machine, did you mean \"period_ms\"");
  const auto far = read("name = \"a\"\nline = { port = \"x\", zzzzzz = 1 }\n").problems;
  REQUIRE(far.size() == 1);
  CHECK(far[0] == "m.toml:2:22: unknown key \"zzzzzz\" in line; known are port, baud");
}

TEST_CASE("a missing key is told at the table that lacks it, with what it is for") {
  const auto problems = read("loud = false\n[line]\nbaud = 9600\n").problems;
  REQUIRE(problems.size() == 2);
  CHECK(problems[0] == "m.toml:2:1: \"port\" is missing in line; add it: the port");
  CHECK(problems[1] == "m.toml:1:1: \"name\" is missing in machine; add it: its name");
}

TEST_CASE("all problems of a table come at once") {
  const auto problems =
      read("name = 5\nlimit = 11\nperiod_ms = \"x\"\nloud = 1\ncolour = \"blue\"\ntags = [\"toolong\", 5]\n").problems;
  CHECK(problems.size() == 7);
}

TEST_CASE("a table where a value should be, and the other way round, is told") {
  CHECK(read("name = \"a\"\nline = 5\n").problems.at(0) == "m.toml:2:8: \"line\" is a whole number; write a table");
  CHECK(read("name = \"a\"\n[more]\nport = \"x\"\n").problems.at(0) ==
        "m.toml:2:1: this is a table; begin each with [[line]]");
  CHECK(read("name = \"a\"\nmore = [1]\n").problems.at(0) == "m.toml:2:9: \"line\" is a whole number; write a table");
  CHECK(read("name = \"a\"\ntags = 5\n").problems.at(0) ==
        "m.toml:2:8: this is a whole number; write a list [ … ] of at most 2");
}

TEST_CASE("lists are bounded") {
  CHECK(read("name = \"a\"\ntags = [\"a\", \"b\", \"c\"]\n").problems.size() == 1);
  CHECK(read("name = \"a\"\n[[more]]\nport=\"1\"\n[[more]]\nport=\"2\"\n[[more]]\nport=\"3\"\n").problems.size() == 1);
}

TEST_CASE("an object learns where it stands") {
  Problems problems("m.toml");
  const auto node = parse_document("\n\n[m]\nname = \"a\"\n", problems);
  REQUIRE(node.has_value());
  Machine machine;
  machine_fields().read(*node->find("m"), machine, problems);
  CHECK(machine.place == Place{3, 1});
}

TEST_CASE("the table describes itself, the defaults taken from a fresh object") {
  std::vector<ObjectDoc> docs;
  machine_fields().describe(docs);
  REQUIRE(docs.size() == 2);  // line once, though two keys lead to it
  CHECK(docs[0].name == "machine");
  CHECK(docs[1].name == "line");
  const auto& fields = docs[0].fields;
  REQUIRE(fields.size() == 11);
  CHECK(fields[0].need == Need::required);
  CHECK(fields[0].fallback.empty());
  CHECK(fields[2].range == "0–10");
  CHECK(fields[2].fallback.empty());
  CHECK(fields[4].fallback == "1000");
  CHECK(fields[5].fallback == "true");
  CHECK(fields[6].range == "red, green");
  CHECK(fields[6].fallback == "green");
  CHECK(fields[7].fallback == "[]");
  CHECK(fields[9].type == "[[line]]");
  CHECK(docs[1].fields[1].fallback == "9600");
}
