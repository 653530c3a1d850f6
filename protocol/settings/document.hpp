#pragma once

#include "protocol/core/error.hpp"
#include "protocol/settings/node.hpp"
#include "protocol/settings/problems.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::settings {

constexpr std::size_t largest_file = std::size_t{1024} * 1024;
/// Tables and lists within each other; ours need 4.
constexpr std::size_t deepest = 16;
inline const Text too_large{"超过 {1} 字节；文件对吗？", "larger than {1} bytes; is it the right file?"};

/// Reads TOML 1.0 into a plain tree. Nothing, and a problem, when it is no TOML, too large or too deep.
std::optional<Node> parse_document(std::string_view text, Problems& problems);

/// The bytes of a settings file of at most `largest_file`; nothing, and a problem, when it cannot be read.
std::optional<std::string> read_file(const std::string& path, Problems& problems);
Result<std::string> read_file(const std::string& path);

/// A file cut between two tables is still good TOML, and would quietly watch less than was ordered. So a file that
/// must be whole ends with `[end]` naming what ended:
///
///     [end]
///     site = "demo"
///
/// Reports when it is missing, is not the last table or names something else.
void check_end(const Node& document, std::string_view key, std::string_view value, Problems& problems);

}  // namespace inspect::settings
