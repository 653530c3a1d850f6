#include "protocol/settings/document.hpp"

#include <doctest/doctest.h>

using namespace inspect::settings;

namespace {

std::string problem_of(std::string_view text) {
  Problems problems("f.toml");
  const auto node = parse_document(text, problems);
  CHECK_FALSE(node.has_value());
  REQUIRE(problems.count() == 1);
  return problems.lines().front().en;
}

std::string repeated(std::string_view what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

}  // namespace

TEST_CASE("a document becomes a plain tree that knows where everything stands") {
  Problems problems("f.toml");
  const auto root = parse_document("b = 1\na = \"x\"\n\n[t]\n  c = 2.5\n  d = [true, false]\n", problems);
  REQUIRE(root.has_value());
  CHECK(problems.empty());
  const auto& members = *root->table();
  REQUIRE(members.size() == 3);
  CHECK(members[0].key == "b");  // in the order of the file, not of the alphabet
  CHECK(members[0].place == Place{1, 1});
  CHECK(members[0].value.place == Place{1, 5});
  CHECK(*root->find("a")->text() == "x");
  const auto* table = root->find("t");
  REQUIRE(table != nullptr);
  CHECK(std::get<double>(table->find("c")->value) == 2.5);
  CHECK(table->find("c")->place == Place{5, 7});
  CHECK(table->find("d")->list()->size() == 2);
}

TEST_CASE("tables of one name follow each other in the order of the file") {
  Problems problems("f.toml");
  const auto root = parse_document("[[d]]\nn = 1\n[[d]]\nn = 2\n[[d]]\nn = 3\n", problems);
  REQUIRE(root.has_value());
  const auto& list = *root->find("d")->list();
  REQUIRE(list.size() == 3);
  for (std::size_t i = 0; i < list.size(); ++i) {
    CHECK(std::get<std::int64_t>(list[i].find("n")->value) == static_cast<std::int64_t>(i + 1));
    CHECK(list[i].place.line == 2 * i + 1);
  }
}

TEST_CASE("a date is kept as something nobody uses") {
  Problems problems("f.toml");
  const auto root = parse_document("d = 2026-11-24\n", problems);
  REQUIRE(root.has_value());
  CHECK(root->find("d")->type_name().en == "a date or time");
}

TEST_CASE("broken TOML is told with its place and a cure") {
  const auto line = problem_of("a = 1\nb = \"open\nc = 2\n");
  CHECK(line.starts_with("f.toml:2:"));
  CHECK(line.find("correct the line, or restore the file if it was cut") != std::string::npos);
  CHECK(problem_of("a = 1\na = 2\n").starts_with("f.toml:2:"));
  CHECK(problem_of("a = \"\xFF\"\n").starts_with("f.toml:1:"));
  CHECK(problem_of("[t\n").starts_with("f.toml:1:"));
}

TEST_CASE("a file larger than any of ours is not read") {
  CHECK(problem_of(std::string(largest_file + 1, '\n')).find("larger than 1048576 bytes") != std::string::npos);
  Problems problems("f.toml");
  CHECK(parse_document(std::string(largest_file, '\n'), problems).has_value());
}

TEST_CASE("depth is bounded: of lists, of tables, of dotted keys") {
  CHECK(problem_of("a = " + repeated("[", 40) + repeated("]", 40)).find("nested deeper") != std::string::npos);
  CHECK(problem_of("a = " + repeated("{ b = ", 40) + "1" + repeated("}", 40)).find("nested deeper") !=
        std::string::npos);
  // The library itself gives up far deeper, and says so.
  CHECK(problem_of("a = " + repeated("[", 5000)).starts_with("f.toml:1:"));
  // Half a million levels would overflow the stack when the library frees its tables.
  CHECK(problem_of("a" + repeated(".a", 400'000) + " = 1").find("more than 16 parts") != std::string::npos);
  CHECK(problem_of("[a" + repeated(".a", 400'000) + "]").find("more than 16 parts") != std::string::npos);
}

TEST_CASE("any beginning of a document is read or refused, never worse") {
  const std::string text = "a = 'x'\n[t]\nb = { c = [1, 2.5, \"\\u4e2d\"], d = true }\n[[l]]\n'k y' = 1979-05-27\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Problems problems("f.toml");
    const auto node = parse_document(std::string_view(text).substr(0, cut), problems);
    CHECK(node.has_value() == problems.empty());
  }
}
