#pragma once

#include "firmware-agent/cli/command.hpp"
#include "firmware-agent/cli/exit_code.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace inspect::cli {

/// Nothing more to do: help was printed, or the words were not understood.
struct Finished {
  ExitCode code = ExitCode::done;
  std::string out;
  std::string err;
};

/// Reads a variable of the environment; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const char*)>;

/// --lang, else the locale (LC_ALL, LC_MESSAGES, LANG).
Language language_for(const std::vector<std::string>& arguments, const Environment& environment);

/// `arguments` without the program's name.
std::variant<Options, Finished> parse_arguments(const std::vector<std::string>& arguments,
                                                const Environment& environment);

}  // namespace inspect::cli
