#include "protocol/settings/key_depth.hpp"

#include <doctest/doctest.h>

using namespace inspect::settings;

TEST_CASE("a key may have as many parts as allowed and not one more") {
  CHECK_FALSE(key_too_deep("a.b.c = 1", 3).has_value());
  CHECK(key_too_deep("a.b.c.d = 1", 3).has_value());
  CHECK_FALSE(key_too_deep("[a.b.c]", 3).has_value());
  CHECK(key_too_deep("[a.b.c.d]", 3).has_value());
}

TEST_CASE("the place is where the part too many begins") {
  CHECK(key_too_deep("x = 1\n  a.b.c.d = 1", 3) == Place{2, 8});
}

TEST_CASE("parts count for each key anew") {
  CHECK_FALSE(key_too_deep("a.b = 1\nc.d = 2\ne.f = 3\ng.h = 4\n", 3).has_value());
  CHECK_FALSE(key_too_deep("x = { a.b = 1, c.d = 2, e.f = 3 }", 3).has_value());
  CHECK_FALSE(key_too_deep("x = [1.5, 2.5, 3.5, 4.5]", 3).has_value());
}

TEST_CASE("dots in texts and comments are no parts") {
  CHECK_FALSE(key_too_deep("a = \"1.2.3.4.5.6\"", 3).has_value());
  CHECK_FALSE(key_too_deep("a = '1.2.3.4.5.6'", 3).has_value());
  CHECK_FALSE(key_too_deep("a = \"\"\"1.2.3\n.4.5.6\"\"\"", 3).has_value());
  CHECK_FALSE(key_too_deep("# 1.2.3.4.5.6\na = 1", 3).has_value());
  CHECK_FALSE(key_too_deep("a = \"quote \\\" 1.2.3.4.5\"", 3).has_value());
}

TEST_CASE("a text does not hide what follows it") {
  CHECK(key_too_deep("a = \"\"\nb.c.d.e = 1", 3).has_value());
  CHECK(key_too_deep("a = '''x'''\nb.c.d.e = 1", 3).has_value());
  CHECK(key_too_deep("a = \"\\\\\"\nb.c.d.e = 1", 3).has_value());
  CHECK(key_too_deep("\"a\".'b'.c.d = 1", 3).has_value());
  // A quote that never closes ends with its line, as it does for the parser.
  CHECK(key_too_deep("a = \"open\nb.c.d.e = 1", 3).has_value());
}

TEST_CASE("texts that end in the middle are survived") {
  for (const auto* text : {"\"", "'", "\"\"\"", "'''", "\"\\", "#", ".", "\"\"", "'''x''"}) {
    CHECK_FALSE(key_too_deep(text, 3).has_value());
  }
  CHECK_FALSE(key_too_deep("", 3).has_value());
}
