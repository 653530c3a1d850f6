#include "protocol/core/text.hpp"

namespace inspect {

Language language_of_locale(std::string_view locale) {
  return locale.substr(0, 2) == "zh" ? Language::zh : Language::en;
}

}  // namespace inspect
