#pragma once

#include <string_view>

namespace inspect::agent {

/// As in CMakeLists.txt's project line.
constexpr std::string_view version() { return INSPECT_VERSION; }

}  // namespace inspect::agent
