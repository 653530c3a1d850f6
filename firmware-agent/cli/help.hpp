#pragma once

#include "protocol/core/text.hpp"

#include <map>
#include <string>

namespace inspect::cli {

/// What a verb ("findings shelve") or an option ("--until") is for.
std::string help_text(const std::string& key, Language language);
/// Examples to stand below a verb's help; empty when it has none.
std::string help_examples(const std::string& key, Language language);
/// The help's own words: "Usage", "Options", …
std::map<std::string, std::string> help_words(Language language);

}  // namespace inspect::cli
