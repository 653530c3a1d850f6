#pragma once

#include <string_view>

namespace inspect::cli {

/// The text of inspectctl.bash-completion, built in so that it always fits the program.
std::string_view completion_script();

}  // namespace inspect::cli
