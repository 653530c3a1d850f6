#include "protocol/messages/json_writer.hpp"

#include <doctest/doctest.h>

using namespace inspect::messages;

TEST_CASE("hidden characters are known by their ranges, and their neighbours are left alone") {
  for (const std::string hidden :
       {"\u061C", "\u200B", "\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E",
        "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\u206F", "\uFEFF"}) {
    CAPTURE(hidden);
    CHECK(is_hidden(hidden));
    CHECK(tidy("a" + hidden + "b", 64) == "a b");
  }
  for (const std::string shown :
       {"a", " ", "\u00E9", "\u061B", "\u2010", "\u2027", "\u2030", "\u2070", "\u7535", "\uFF0C", "\U0001F600"}) {
    CAPTURE(shown);
    CHECK_FALSE(is_hidden(shown));
    CHECK(tidy(shown, 64) == shown);
  }
}

TEST_CASE("objects and lists are written without white space, in the order given") {
  JsonWriter out;
  out.begin_object().key("b").begin_list().natural(1).integer(-2).number(0.1).end_list();
  out.key("a").begin_object().end_object().key("n").null().key("t").boolean(true).end_object();
  CHECK(std::move(out).take() == R"({"b":[1,-2,0.1],"a":{},"n":null,"t":true})");
}

TEST_CASE("texts are escaped, and what could forge a line becomes a space") {
  JsonWriter out;
  out.text("a\"b\\c\n\x1b[2J\x7f\xC2\x85z", 100);
  CHECK(std::move(out).take() == R"("a\"b\\c  [2J  z")");
}

TEST_CASE("a text is cut between characters, never within one") {
  CHECK(tidy("电电电", 9) == "电电电");
  CHECK(tidy("电电电", 8) == "电电");
  CHECK(tidy("电电电", 2).empty());
  CHECK(tidy("a😀", 4) == "a");
}

TEST_CASE("bytes that are not UTF-8 are replaced one by one") {
  for (const auto* damaged :
       {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE7\x94", "\xFF"}) {
    CAPTURE(damaged);
    CHECK(utf8_length(damaged) == 0);
    const auto tidied = tidy(damaged, 100);
    CHECK(tidied.starts_with("\xEF\xBF\xBD"));
    CHECK(tidy(tidied, 100) == tidied);
  }
  CHECK(utf8_length("\xF4\x8F\xBF\xBF") == 4);
  CHECK(utf8_length("\xF4\x90\x80\x80") == 0);
  CHECK(utf8_length("") == 0);
}
