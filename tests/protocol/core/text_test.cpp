#include "protocol/core/text.hpp"

#include <doctest/doctest.h>

using namespace inspect;

TEST_CASE("a locale chooses the language") {
  CHECK(language_of_locale("zh_CN.UTF-8") == Language::zh);
  CHECK(language_of_locale("zh") == Language::zh);
  CHECK(language_of_locale("en_GB.UTF-8") == Language::en);
  CHECK(language_of_locale("C") == Language::en);
  CHECK(language_of_locale("") == Language::en);
}
