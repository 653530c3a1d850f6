#include "protocol/catalogue/catalogue.hpp"

#include <doctest/doctest.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

using namespace inspect;

namespace {

constexpr const char* good_parts = R"([[part]]
key = "relay"
name = { zh = "继电器", en = "Relay" }
unit = "pc"
)";

constexpr const char* good_kind = R"([[kind]]
key = "relay.welded"
code = "R1"
class = "major"
part = "relay"
department = "relay-electronics"
confidence = 0.95
title = { zh = "粘连", en = "Welded" }
mode = { zh = "不断开", en = "Stays closed" }
mechanism = { zh = "熔焊", en = "Fused" }
cause = { zh = "冲击", en = "Inrush" }
urgency = { zh = "立即", en = "At once" }
checks = [{ zh = "断电", en = "Switch off" }]
)";

/// A directory with the two files, gone afterwards.
class Folder {
 public:
  Folder(const std::string& parts, const std::string& faults) {
    std::string name = (std::filesystem::temp_directory_path() / "catalogue-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
    std::ofstream(path_ / "parts.toml") << parts;
    std::ofstream(path_ / "faults.toml") << faults;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string problem_of(const std::string& parts, const std::string& faults) {
  const Folder folder(parts, faults);
  const auto result = catalogue::load(folder.path());
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Errc::invalid_argument);
  return result.error().message;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a small sound catalogue is read field by field") {
  const Folder folder(good_parts, good_kind);
  const auto result = catalogue::load(folder.path());
  REQUIRE(result.has_value());
  const auto* kind = result->kind("relay.welded");
  REQUIRE(kind != nullptr);
  CHECK(kind->code == "R1");
  CHECK(kind->fault_class == FaultClass::major);
  CHECK(kind->part == "relay");
  CHECK(kind->department == "relay-electronics");
  CHECK(kind->confidence == doctest::Approx(0.95));
  CHECK(kind->title == Text{"粘连", "Welded"});
  CHECK(kind->mode == Text{"不断开", "Stays closed"});
  CHECK(kind->mechanism == Text{"熔焊", "Fused"});
  CHECK(kind->cause == Text{"冲击", "Inrush"});
  CHECK(kind->urgency == Text{"立即", "At once"});
  CHECK(kind->checks == std::vector<Text>{{"断电", "Switch off"}});
  CHECK(result->part("relay")->carried);
}

TEST_CASE("a syntax error is told with file, line and column") {
  const auto problem = problem_of(good_parts, "[[kind]]\nkey = \n");
  CHECK(has(problem, "faults.toml:2:"));
}

TEST_CASE("a missing file is told by its name") {
  const auto result = catalogue::load("/nonexistent");
  REQUIRE_FALSE(result.has_value());
  CHECK(has(result.error().message, "/nonexistent/parts.toml"));
  CHECK(has(result.error().message, "/nonexistent/faults.toml"));
}

TEST_CASE("an unknown field is refused where it stands, and the known ones are named") {
  const auto problem = problem_of(good_parts, replaced(good_kind, "code =", "colour ="));
  CHECK(has(problem, "faults.toml:3:1: unknown key \"colour\" in kind"));
  CHECK(has(problem, "confidence"));
  CHECK(has(problem, "faults.toml:1:1: \"code\" is missing in kind"));
}

TEST_CASE("a text that lacks a language is refused") {
  const auto problem =
      problem_of(good_parts, replaced(good_kind, R"({ zh = "粘连", en = "Welded" })", R"({ zh = "粘连" })"));
  CHECK(has(problem, "faults.toml:8:9: the text in English (en) is missing"));
  CHECK(has(problem_of(good_parts, replaced(good_kind, R"({ zh = "粘连", en = "Welded" })", R"("粘连")")),
            "faults.toml:8:9: this is one language"));
}

TEST_CASE("a part that is not in the list of parts is refused") {
  const auto problem = problem_of(good_parts, replaced(good_kind, R"("relay")", R"("rely")"));
  CHECK(has(problem, "faults.toml:5:8: part \"rely\" is not in parts.toml, did you mean \"relay\""));
}

TEST_CASE("an unknown class, department or confidence is refused with what is allowed") {
  CHECK(has(problem_of(good_parts, replaced(good_kind, "major", "grave")), "use ordinary, major, preventive"));
  CHECK(has(problem_of(good_parts, replaced(good_kind, "relay-electronics", "relays")), "measurement, network"));
  CHECK(has(problem_of(good_parts, replaced(good_kind, "0.95", "1.5")), "faults.toml:7:14: 1.5 is out of range"));
  CHECK(has(problem_of(good_parts, replaced(good_kind, "0.95", "nan")), "faults.toml:7:14: nan is out of range"));
}

TEST_CASE("wrong types are told, not guessed") {
  CHECK(has(problem_of(good_parts, replaced(good_kind, "\"R1\"", "1")),
            "faults.toml:3:8: this is a whole number; write a text in quotes"));
  CHECK(has(problem_of(good_parts, replaced(good_kind, R"([{ zh = "断电", en = "Switch off" }])", "[]")),
            "faults.toml:13:10: write a list of 1 to 16"));
  CHECK(has(problem_of(replaced(good_parts, "\"pc\"", "\"pc\"\ncarried = 1"), good_kind),
            "parts.toml:5:11: this is a whole number; write true or false"));
}

TEST_CASE("the same key twice is refused") {
  const auto problem = problem_of(good_parts, std::string(good_kind) + good_kind);
  CHECK(has(problem, "faults.toml:15:7: \"relay.welded\" is there twice"));
}

TEST_CASE("an empty file is refused: a catalogue without kinds is no catalogue") {
  CHECK(has(problem_of(good_parts, ""), "\"kind\" is missing in faults file"));
  CHECK(has(problem_of("", good_kind), "\"part\" is missing in parts file"));
  CHECK(has(problem_of(good_parts, "kind = 3\n"), "faults.toml:1:8: this is a whole number; begin each with [[kind]]"));
}

TEST_CASE("several problems are told at once, but not without end") {
  std::string faults;
  for (int i = 0; i < 30; ++i) faults += "[[kind]]\n";
  const auto problem = problem_of(good_parts, faults);
  CHECK(std::count(problem.begin(), problem.end(), '\n') == 20);
  CHECK(has(problem, "faults.toml: and 340 more"));
}

TEST_CASE("every problem is told in Chinese and in English, with the same file, line and column") {
  const Folder folder(replaced(good_parts, "unit", "units"),
                      replaced(good_kind, "confidence = 0.95", "confidence = “”"));
  settings::Problems problems(folder.path());
  CHECK_FALSE(catalogue::load(folder.path(), problems).has_value());
  REQUIRE(problems.count() == 3);
  const auto& lines = problems.lines();
  CHECK(has(lines[0].zh, "parts.toml:4:1: part 中没有键 \"units\""));
  CHECK(has(lines[0].en, "parts.toml:4:1: unknown key \"units\" in part, did you mean \"unit\""));
  CHECK(has(lines[1].zh, "parts.toml:1:1: part 中缺少 \"unit\""));
  CHECK(has(lines[2].zh, "faults.toml:7:14: “ 是中文标点"));
  CHECK(has(lines[2].en, "faults.toml:7:14: “ is a mark of a Chinese keyboard"));
}

TEST_CASE("a catalogue cut at any byte is refused or sound, and never crashes the reader") {
  const std::string whole = good_kind;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Folder folder(good_parts, whole.substr(0, length));
    const auto result = catalogue::load(folder.path());
    // Only the last line break may be missing without harm.
    CHECK(result.has_value() == (length == whole.size() - 1));
  }
}
