#pragma once

#include "protocol/core/text.hpp"

#include <functional>

namespace inspect::settings {

/// The language of whoever started a program: of $LC_ALL, else $LC_MESSAGES, else $LANG; English when none is set.
/// `environment` is std::getenv, or what a test says.
Language language_of_reader(const std::function<const char*(const char*)>& environment);

}  // namespace inspect::settings
