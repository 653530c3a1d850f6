#include "firmware-agent/cli/arguments.hpp"
#include "firmware-agent/cli/commands.hpp"
#include "firmware-agent/cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace {

using namespace inspect::cli;

std::optional<std::string> environment(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// COLUMNS stands; else the terminal's width; else, into a pipe, nothing is cut.
void measure(Console& console) {
  winsize size{};
  if (console.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    console.width = size.ws_col;
    console.height = size.ws_row;
  }
  if (const auto columns = environment("COLUMNS")) {
    const auto wanted = std::strtoul(columns->c_str(), nullptr, 10);
    if (wanted >= 20 && wanted <= 1000) console.width = wanted;
  }
}

}  // namespace

int main(int count, char** words) {
  // `inspectctl … | head` must end quietly, not by a signal in the middle of a line.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(words + 1, words + count);
  auto parsed = parse_arguments(arguments, environment);
  if (const auto* finished = std::get_if<Finished>(&parsed)) {
    std::cout << finished->out;
    std::cerr << finished->err;
    return static_cast<int>(finished->code);
  }
  const auto& options = std::get<Options>(parsed);
  Console console{std::cout, std::cerr, options.language};
  console.terminal = isatty(STDOUT_FILENO) == 1;
  const auto no_color = environment("NO_COLOR");
  console.colour = options.colour && console.terminal && (!no_color || no_color->empty());
  measure(console);
  const auto code = run(options, console);
  std::cout.flush();
  return static_cast<int>(code);
}
