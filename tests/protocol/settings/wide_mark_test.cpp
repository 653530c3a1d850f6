#include "protocol/settings/wide_mark.hpp"

#include "protocol/settings/document.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::settings;

namespace {

/// "line:column written wanted", or nothing.
std::string found(std::string_view text, std::uint32_t line = 1) {
  const auto mark = wide_mark(text, line);
  if (!mark) return {};
  return std::to_string(mark->place.line) + ':' + std::to_string(mark->place.column) + ' ' + mark->written + ' ' +
         mark->wanted;
}

Text told(std::string_view text) {
  Problems problems("site.toml");
  CHECK_FALSE(parse_document(text, problems).has_value());
  REQUIRE(problems.count() == 1);
  return problems.lines().front();
}

}  // namespace

TEST_CASE("a Chinese mark is found where it stands, counted in characters, with the one that is needed") {
  CHECK(found("name = “demo”") == "1:8 “ \"");
  CHECK(found("title = \"考核点\"，") == "1:14 ， ,");
  CHECK(found("x = 1\ny ＝ 2\n", 2) == "2:3 ＝ =");
  CHECK(found("port = ５０２") == "1:8 ５ 5");
  CHECK(found("［site］") == "1:1 ［ [");
  CHECK(found("a　= 1") == "1:2 　  ");
  CHECK(found("t = 「演示」") == "1:5 「 \"");
}

TEST_CASE("marks within quotes and comments belong there") {
  CHECK(found("title = \"一号（甲），“乙”\" # 注释：“丙”").empty());
  CHECK(found("title = '一号，二号'").empty());
  CHECK(found("t = \"a \\\" ，\"").empty());
  CHECK(found("name = \"demo\"").empty());
}

TEST_CASE("a quotation that the line does not end was to end at its last Chinese quotation mark") {
  CHECK(found("name = \"demo”") == "1:13 ” \"");
  CHECK(found("name = \"“a” demo") == "1:11 ” \"");
  CHECK(found("name = \"demo").empty());
  CHECK(found("name = \"demo，").empty());
}

TEST_CASE("a line that is not there, and bytes that are no text, are nothing") {
  CHECK(found("a = 1", 7).empty());
  CHECK(found("").empty());
  CHECK(found("\xE2\x80").empty());
  CHECK(found("\xFF\xFE = “").size() > 0);
}

TEST_CASE("a file with Chinese quotation marks is told the mark, its place and the cure in both languages") {
  for (const std::string_view line : {"name = “demo”", "name = \"demo”", "name = 「demo」", "name = demo，",
                                      "name ＝ \"demo\"", "units = [1，2]", "【site】"}) {
    CAPTURE(line);
    const auto text = told("a = 1\n" + std::string(line) + "\nb = 2\n");
    CAPTURE(text.en);
    CHECK(text.en.find("site.toml:2:") == 0);
    CHECK(text.en.find("Chinese keyboard") != std::string::npos);
    CHECK(text.zh.find("半角") != std::string::npos);
  }
  CHECK(told("name = “demo”\n").zh == "site.toml:1:8: “ 是中文标点；请改用英文半角 \"");
  CHECK(told("name = “demo”\n").en == "site.toml:1:8: “ is a mark of a Chinese keyboard; write \" in its place");
}

TEST_CASE("another slip in a file with Chinese texts is told as what it is") {
  const auto text = told("title = \"一号，二号\" \"\n");
  CHECK(text.en.find("Chinese keyboard") == std::string::npos);
  CHECK(text.en.find("site.toml:1:") == 0);
}
