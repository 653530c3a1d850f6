#pragma once

#include "protocol/core/text.hpp"
#include "protocol/settings/node.hpp"
#include "protocol/settings/problems.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Single values with their checks; each reports what is wrong and gives nothing then.
namespace inspect::settings {

std::optional<std::int64_t> take_integer(const Node& node, std::int64_t low, std::int64_t high, Problems& problems);
/// A whole number will do; infinities and NaN will not.
std::optional<double> take_number(const Node& node, double low, double high, Problems& problems);
std::optional<bool> take_flag(const Node& node, Problems& problems);
/// 1 to `longest` bytes of UTF-8 without control characters.
std::optional<std::string> take_text(const Node& node, std::size_t longest, Problems& problems);
/// A name as it travels in topics and findings: [a-z0-9-], 1 to 31 characters, starting with a letter or digit.
std::optional<std::string> take_name(const Node& node, Problems& problems);
/// { zh = "…", en = "…" }, or one text for both.
std::optional<Text> take_bilingual(const Node& node, Problems& problems);
/// One of `words`.
std::optional<std::size_t> take_choice(const Node& node, const std::vector<std::string_view>& words,
                                       Problems& problems);

bool is_name(std::string_view text);

/// A number as a person writes it: "0.01", "9600".
std::string show_number(double value);
std::string show_words(const std::vector<std::string_view>& words);

}  // namespace inspect::settings
