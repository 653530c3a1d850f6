#include "protocol/settings/reader.hpp"

namespace inspect::settings {

Language language_of_reader(const std::function<const char*(const char*)>& environment) {
  for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    // An empty one counts as not set (POSIX, 8.2).
    if (const auto* locale = environment(name); locale != nullptr && *locale != '\0') {
      return language_of_locale(locale);
    }
  }
  return Language::en;
}

}  // namespace inspect::settings
