#pragma once

#include "protocol/core/text.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace inspect::cli {

// What a value must be, told in the person's language; the parser's own words are English.

CLI::Validator whole_number(std::uint32_t low, std::uint32_t high, Language language);
CLI::Validator one_of(std::vector<std::string> known, Language language);

}  // namespace inspect::cli
