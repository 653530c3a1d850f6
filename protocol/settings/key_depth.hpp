#pragma once

#include "protocol/settings/node.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace inspect::settings {

/// Where a dotted key has more than `most` parts. The TOML library bounds nested values but not dotted keys, and
/// frees its tables recursively: "a.a.a…" of half a megabyte would overflow the stack.
std::optional<Place> key_too_deep(std::string_view text, std::size_t most);

}  // namespace inspect::settings
