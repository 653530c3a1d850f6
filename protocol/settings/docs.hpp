#pragma once

#include "protocol/core/text.hpp"
#include "protocol/settings/fields.hpp"

#include <string>
#include <vector>

namespace inspect::settings {

/// A page of documentation from the field tables: a section per object, Chinese and English side by side.
std::string markdown(const std::vector<ObjectDoc>& objects);

/// The same for a terminal of 80 columns, in one language.
std::string help(const std::vector<ObjectDoc>& objects, Language language);

}  // namespace inspect::settings
