#include "firmware-agent/cli/text_width.hpp"

#include "tests/firmware-agent/cli/child.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect::cli;
using inspect::tests::columns_of;

TEST_CASE("Chinese takes two columns a character, Latin one, colours none") {
  CHECK(width_of("") == 0);
  CHECK(width_of("abc") == 3);
  CHECK(width_of("继电器") == 6);
  CHECK(width_of("3号工位") == 7);
  CHECK(width_of("é°Ω–…▁█") == 7);
  CHECK(width_of("，。（）：") == 10);
  CHECK(width_of("e\xCC\x81") == 1);  // a combining accent
  CHECK(width_of("\x1b[31m故障\x1b[0m") == 4);
}

TEST_CASE("bytes that are no UTF-8 count one each and end nothing early") {
  CHECK(width_of("\xff\xfe") == 2);
  CHECK(width_of("\xe7\xbb") == 2);
  CHECK(width_of("a\xe7z") == 3);
}

TEST_CASE("every text the program shows is as wide as the C library says") {
  for (const auto* text :
       {"现场巡检网关", "3号工位 直流电源", "12.5 °C", "输出电压（V）", "tcp 192.168.1.8:502", "「」、～"}) {
    CAPTURE(text);
    CHECK(static_cast<int>(width_of(text)) == columns_of(text));
  }
}

TEST_CASE("a text is cut to its columns, never inside a character, and says so") {
  CHECK(cut("继电器触点粘连", 14) == "继电器触点粘连");
  CHECK(cut("继电器触点粘连", 13) == "继电器触点粘…");
  CHECK(cut("继电器触点粘连", 12) == "继电器触点…");
  CHECK(cut("abc", 2) == "a…");
  CHECK(cut("abc", 1) == "…");
  CHECK(cut("abc", 0).empty());
}

TEST_CASE("lines break at spaces, and beside Chinese characters") {
  CHECK(wrap("one two three", 7, "") == "one two\nthree");
  CHECK(wrap("one two three", 9, "  ") == "  one two\n  three");
  CHECK(wrap("命令断开后触点仍然接通", 10, "") == "命令断开后\n触点仍然接\n通");
  CHECK(wrap("abcdefgh", 3, "") == "abc\ndef\ngh");
  CHECK(wrap("", 10, "> ") == "> ");
}

TEST_CASE("no wrapped line is wider than asked, and no character is lost") {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::string kept;
    for (int i = 0; i < 60; ++i) {
      static const std::vector<std::string> pieces{"a", "word", " ", "继", "电器", "，", "–"};
      const auto& piece = pieces[random() % pieces.size()];
      text += piece;
      if (piece != " ") kept += piece;
    }
    const auto width = 4 + random() % 30;
    auto wrapped = wrap(text, width, "");
    for (const auto& line : inspect::tests::lines_of(wrapped + '\n')) CHECK(width_of(line) <= width);
    std::erase_if(wrapped, [](char c) { return c == ' ' || c == '\n'; });
    CHECK(wrapped == kept);
  }
}

TEST_CASE("a name from a device cannot steer the terminal") {
  CHECK(harmless("a\x1b[2Jb\nc\x7f") == "a?[2Jb?c?");
  CHECK(harmless("继电器") == "继电器");
}
