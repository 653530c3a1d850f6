#include "firmware-agent/judgement/replay.hpp"

#include "firmware-agent/cli/commands.hpp"

#include <ostream>

namespace inspect::cli {

ExitCode replay(const Options& options, const Console& console, const ReplayCommand& command) {
  const auto done = judgement::replay(command.record, [&](std::string_view line) { console.out << line << '\n'; });
  if (!done) {
    return report(console, {ExitCode::failed,
                            {"不能重放：" + done.error().message, "cannot be replayed: " + done.error().message},
                            {"需要同一目录中的 plant.csv、topology.csv、calendar.csv、readings.bin",
                             "it takes plant.csv, topology.csv, calendar.csv and readings.bin in one folder"}});
  }
  if (!options.json) {
    const auto readings = std::to_string(done->readings);
    const auto claims = std::to_string(done->claims);
    console.err << console.in({"读数 " + readings + "，结论 " + claims, "readings " + readings + ", lines " + claims})
                << '\n';
  }
  return ExitCode::done;
}

}  // namespace inspect::cli
