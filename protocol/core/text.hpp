#pragma once

#include <string>
#include <string_view>

namespace inspect {

enum class Language { zh, en };

/// The language of a POSIX locale name ("zh_CN.UTF-8" → zh); everything that is not Chinese is English.
Language language_of_locale(std::string_view locale);

/// What people read, in both languages of the product.
struct Text {
  std::string zh;
  std::string en;

  [[nodiscard]] const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
  friend bool operator==(const Text&, const Text&) = default;
};

}  // namespace inspect
