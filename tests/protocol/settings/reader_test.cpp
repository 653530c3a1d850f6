#include "protocol/settings/reader.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace inspect;
using namespace inspect::settings;

namespace {

Language with(const std::map<std::string, std::string>& set) {
  return language_of_reader([&](const char* name) -> const char* {
    const auto found = set.find(name);
    return found == set.end() ? nullptr : found->second.c_str();
  });
}

}  // namespace

TEST_CASE("the reader's language is that of the first locale that is set, and English without one") {
  CHECK(with({}) == Language::en);
  CHECK(with({{"LANG", "zh_CN.UTF-8"}}) == Language::zh);
  CHECK(with({{"LANG", "zh_CN.UTF-8"}, {"LC_MESSAGES", "en_US.UTF-8"}}) == Language::en);
  CHECK(with({{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", "C"}, {"LC_ALL", "zh_CN"}}) == Language::zh);
  CHECK(with({{"LANG", "zh_CN.UTF-8"}, {"LC_ALL", ""}}) == Language::zh);
}
