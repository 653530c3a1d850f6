#include "protocol/settings/problems.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::settings;

namespace {

Text both(std::string text) { return {text, text}; }

}  // namespace

TEST_CASE("a problem says file, line, column, what is wrong and the cure") {
  Problems problems("site.toml");
  CHECK(problems.empty());
  problems.add({12, 7}, both("unit is 300; use 1 to 247"));
  CHECK_FALSE(problems.empty());
  CHECK(problems.error().code == Errc::invalid_argument);
  CHECK(problems.error().message == "site.toml:12:7: unit is 300; use 1 to 247");
}

TEST_CASE("a problem is told in both languages, its parts where each language wants them") {
  Problems problems("site.toml");
  problems.add({3, 1}, {"总线 \"{2}\" 上的{3} {1} 已有", "{3} {1} on \"{2}\" is taken"},
               {300, "rs485-1", Text{"站号", "unit"}});
  CHECK(problems.lines().front().zh == "site.toml:3:1: 总线 \"rs485-1\" 上的站号 300 已有");
  CHECK(problems.lines().front().en == "site.toml:3:1: unit 300 on \"rs485-1\" is taken");
}

TEST_CASE("a problem of the whole file has no place in it") {
  Problems problems("site.toml");
  problems.add({}, both("cannot be opened"));
  CHECK(problems.error().message == "site.toml: cannot be opened");
}

TEST_CASE("only the marks of a pattern are filled, never what fills them, nor what is no mark") {
  CHECK(filled(both("{1} {n} {2} {3} { zh } {1"), {"{2}", 7}).en == "{2} {n} 7 {3} { zh } {1");
  CHECK(filled(both("{0} {} {1}"), {}).en == "{0} {} {1}");
}

TEST_CASE("the problems of another file come behind, with the count of what it left off") {
  Problems other("b.toml");
  for (std::uint32_t i = 1; i <= Problems::most + 2; ++i) other.add({i, 1}, both("wrong"));
  Problems problems("a.toml");
  problems.add({1, 1}, both("first"));
  problems.append(other);
  const auto all = problems.all();
  REQUIRE(all.size() == Problems::most + 2);
  CHECK(all[0].en == "a.toml:1:1: first");
  CHECK(all[1].en == "b.toml:1:1: wrong");
  CHECK(all.back() == Text{"b.toml: 另有 2 处", "b.toml: and 2 more"});
}

TEST_CASE("several problems come together, a line each, in the order they were found") {
  Problems problems("a.toml");
  problems.add({1, 1}, both("first"));
  problems.add({2, 2}, both("second"));
  CHECK(problems.error().message == "a.toml:1:1: first\na.toml:2:2: second");
}

TEST_CASE("a hopeless file does not drown its reader: the rest is only counted") {
  Problems problems("a.toml");
  for (std::uint32_t i = 1; i <= Problems::most + 5; ++i) problems.add({i, 1}, both("wrong"));
  CHECK(problems.lines().size() == Problems::most);
  CHECK(problems.count() == Problems::most + 5);
  const auto text = problems.error().message;
  CHECK(text.find("a.toml:20:1: wrong") != std::string::npos);
  CHECK(text.find("a.toml:21:1: wrong") == std::string::npos);
  CHECK(text.ends_with("\na.toml: and 5 more"));
}

TEST_CASE("what a file holds cannot break the line or reach the terminal") {
  Problems problems("a.toml");
  problems.add({1, 1}, both("unknown {1}"), {"\x1B[2J\nb.toml:9:9: forged 工位"});
  CHECK(problems.lines().front().en == "a.toml:1:1: unknown ?[2J?b.toml:9:9: forged 工位");
}

TEST_CASE("a slip of the pen is recognised, a strange word is not") {
  const std::vector<std::string_view> known{"serial", "tcp", "title", "name"};
  CHECK(nearest("serail", known) == "serial");
  CHECK(nearest("tile", known) == "title");
  CHECK(nearest("ctp", known) == "tcp");
  CHECK(nearest("nam", known) == "name");
  CHECK(nearest("tcp", known) == "tcp");
  CHECK(nearest("voltage", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest("x", {}).empty());
}

TEST_CASE("a key without its unit is recognised") {
  CHECK(nearest("on_delay", {"low", "on_delay_ms", "off_delay_ms"}) == "on_delay_ms");
  CHECK(nearest("on", {"low_voltage", "on_delay_ms"}).empty());  // too short to tell
}

TEST_CASE("an endless word is not compared at all") { CHECK(nearest(std::string(100'000, 'a'), {"aaaa"}).empty()); }

TEST_CASE("the suggestion is part of a sentence, or nothing") {
  CHECK(did_you_mean("serail", {"serial"}) == Text{"，是否为 \"serial\"", ", did you mean \"serial\""});
  CHECK(did_you_mean("abcdef", {"serial"}) == Text{});
}
