#include "protocol/settings/values.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace inspect;
using namespace inspect::settings;

namespace {

template <class V>
Node node(V value) {
  return Node{{3, 9}, std::move(value)};
}
Node text_node(std::string value) { return node(std::move(value)); }

struct Told {
  Problems problems{"f.toml"};
  [[nodiscard]] std::string only() const {
    REQUIRE(problems.count() == 1);
    return problems.lines().front().en;
  }
};

}  // namespace

TEST_CASE("a whole number within its range is taken, both ends included") {
  Told told;
  CHECK(take_integer(node(std::int64_t{1}), 1, 247, told.problems) == 1);
  CHECK(take_integer(node(std::int64_t{247}), 1, 247, told.problems) == 247);
  CHECK(told.problems.empty());
}

TEST_CASE("a number out of range is told with the range") {
  Told told;
  CHECK_FALSE(take_integer(node(std::int64_t{300}), 1, 247, told.problems).has_value());
  CHECK(told.only() == "f.toml:3:9: 300 is out of range; use 1 to 247");
}

TEST_CASE("the ends of 64 bits are out of range like any other number") {
  for (const auto value : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    Told told;
    CHECK_FALSE(take_integer(node(value), 0, 65535, told.problems).has_value());
    CHECK(told.problems.count() == 1);
  }
}

TEST_CASE("a wrong type is told with what it is and what to write") {
  Told told;
  CHECK_FALSE(take_integer(text_node("5"), 0, 9, told.problems).has_value());
  CHECK(told.only() == "f.toml:3:9: this is a text; write a whole number");
  Told half;
  CHECK_FALSE(take_integer(node(1.0), 0, 9, half.problems).has_value());
  Told flag;
  CHECK_FALSE(take_flag(node(std::int64_t{1}), flag.problems).has_value());
  CHECK(flag.only() == "f.toml:3:9: this is a whole number; write true or false");
}

TEST_CASE("a whole number will do for a number; infinities and NaN will not") {
  Told told;
  CHECK(take_number(node(std::int64_t{12}), 0, 100, told.problems) == 12.0);
  CHECK(take_number(node(11.4), 0, 100, told.problems) == 11.4);
  CHECK(told.problems.empty());
  for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(), -1.0}) {
    Told one;
    CHECK_FALSE(take_number(node(bad), 0, 100, one.problems).has_value());
    CHECK(one.problems.count() == 1);
  }
  Told text;
  CHECK_FALSE(take_number(text_node("1"), 0, 1, text.problems).has_value());
}

TEST_CASE("a text has a length and no control characters") {
  Told told;
  CHECK(take_text(text_node("工位"), 6, told.problems) == "工位");
  CHECK(told.problems.empty());
  for (const std::string& bad :
       {std::string(), std::string("1234567"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\x7F")}) {
    Told one;
    CHECK_FALSE(take_text(text_node(bad), 6, one.problems).has_value());
    CHECK(one.problems.count() == 1);
  }
}

TEST_CASE("a name is what topics and findings can carry") {
  for (const auto* good : {"a", "relay-1", "1", "rs485-1", "abcdefghijklmnopqrstuvwxyz01234"}) CHECK(is_name(good));
  for (const auto* bad : {"", "-a", "A", "a_b", "a/b", "a b", "工位", "a.b", "abcdefghijklmnopqrstuvwxyz012345"}) {
    CHECK_FALSE(is_name(bad));
  }
  Told told;
  CHECK_FALSE(take_name(text_node("Relay 1"), told.problems).has_value());
  CHECK(told.only().find("\"Relay 1\" is no name; use 1 to 31 of a–z") != std::string::npos);
}

TEST_CASE("a title is one text for both languages, or one for each") {
  Told told;
  CHECK(take_bilingual(text_node("x"), told.problems) == Text{"x", "x"});
  const Node both{{1, 1}, Table{{"zh", {1, 2}, text_node("继电器")}, {"en", {1, 9}, text_node("relay")}}};
  CHECK(take_bilingual(both, told.problems) == Text{"继电器", "relay"});
  CHECK(told.problems.empty());
}

TEST_CASE("half a title, a third language or a number is no title") {
  Told half;
  CHECK_FALSE(take_bilingual(Node{{4, 2}, Table{{"zh", {4, 3}, text_node("继电器")}}}, half.problems).has_value());
  CHECK(half.only() == "f.toml:4:2: the text in English (en) is missing; add it, or write one text for both");
  Told third;
  const Node three{
      {1, 1}, Table{{"zh", {1, 2}, text_node("a")}, {"en", {1, 3}, text_node("b")}, {"fr", {1, 4}, text_node("c")}}};
  CHECK_FALSE(take_bilingual(three, third.problems).has_value());
  CHECK(third.only() == "f.toml:1:4: unknown language \"fr\"; use zh and en");
  Told number;
  CHECK_FALSE(take_bilingual(node(std::int64_t{5}), number.problems).has_value());
  CHECK(number.problems.count() == 1);
}

TEST_CASE("a word is one of those known; a slip is recognised") {
  const std::vector<std::string_view> words{"coil", "discrete-input", "input-register"};
  Told told;
  CHECK(take_choice(text_node("discrete-input"), words, told.problems) == 1U);
  CHECK(told.problems.empty());
  CHECK_FALSE(take_choice(text_node("input-regster"), words, told.problems).has_value());
  CHECK(told.only() ==
        "f.toml:3:9: \"input-regster\" is not known, did you mean \"input-register\"; use coil, discrete-input, "
        "input-register");
  Told number;
  CHECK_FALSE(take_choice(node(std::int64_t{5}), words, number.problems).has_value());
  CHECK(number.only() == "f.toml:3:9: this is a whole number; write one of coil, discrete-input, input-register");
}

TEST_CASE("an endless word is shown by its beginning") {
  Told told;
  CHECK_FALSE(take_choice(text_node(std::string(100'000, 'x')), {"coil"}, told.problems).has_value());
  CHECK(told.only().size() < 200);
}

TEST_CASE("numbers are shown as a person writes them") {
  CHECK(show_number(0.01) == "0.01");
  CHECK(show_number(9600) == "9600");
  CHECK(show_number(-1e12) == "-1e+12");
  CHECK(show_words({"a", "b"}) == "a, b");
}
