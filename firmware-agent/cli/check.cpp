#include "drivers/profiles/load.hpp"
#include "firmware-agent/cli/check_report.hpp"
#include "firmware-agent/cli/commands.hpp"
#include "firmware-agent/config/load.hpp"

#include "protocol/catalogue/catalogue.hpp"

#include <filesystem>
#include <ostream>

namespace inspect::cli {

namespace {

/// The kinds of fault that a rule may name; none, which checks nothing, where there is no catalogue.
Result<std::vector<std::string>> kinds_of(const std::string& directory) {
  std::vector<std::string> kinds;
  if (!std::filesystem::exists(directory)) return kinds;
  const auto catalogue = catalogue::load(directory);
  if (!catalogue) return catalogue.error();
  for (const auto& kind : catalogue->kinds) kinds.push_back(kind.key);
  return kinds;
}

CheckReport check_site(const CheckCommand& command) {
  CheckReport report;
  report.file = command.file;
  const auto kinds = kinds_of(command.catalogue);
  if (!kinds) {
    report.problems = {{kinds.error().message, kinds.error().message}};
    return report;
  }
  settings::Problems problems(command.file);
  const auto site = agent::load_site(command.file, command.profiles, *kinds, problems);
  report.problems = problems.all();
  if (!site) return report;
  report.site = site->name;
  report.buses = site->buses.size();
  report.devices = site->devices.size();
  report.points = site->points.size();
  report.rules = site->watches.size();
  report.warnings = site->warnings;
  return report;
}

CheckReport check_profile(const CheckCommand& command) {
  CheckReport report;
  report.file = command.file;
  settings::Problems problems(command.file);
  const auto profile = drivers::load_profile(command.file, problems);
  report.problems = problems.all();
  if (!profile) return report;
  report.model = profile->model;
  report.points = profile->points.size();
  report.rules = profile->rules.size();
  return report;
}

Text summary(const CheckReport& r) {
  const auto points = std::to_string(r.points);
  const auto rules = std::to_string(r.rules);
  if (!r.model.empty()) {
    return {r.file + "：正确。型号 " + r.model + "，测点 " + points + "，规则 " + rules,
            r.file + ": well. Model " + r.model + "; points " + points + ", rules " + rules};
  }
  const auto buses = std::to_string(r.buses);
  const auto devices = std::to_string(r.devices);
  return {r.file + "：正确。站点 " + r.site + "，总线 " + buses + "，设备 " + devices + "，测点 " + points + "，规则 " +
              rules,
          r.file + ": well. Site " + r.site + "; buses " + buses + ", devices " + devices + ", points " + points +
              ", rules " + rules};
}

}  // namespace

ExitCode check(const Options& options, const Console& console, const CheckCommand& command) {
  const auto report = command.is_profile ? check_profile(command) : check_site(command);
  if (options.json) {
    console.out << to_json(report) << '\n';
  } else if (report.problems.empty()) {
    console.out << console.in(summary(report)) << '\n';
    for (const auto& line : report.warnings) console.err << console.paint(console.in(line), Tone::doubt) << '\n';
  } else {
    for (const auto& line : report.problems) console.err << console.paint(console.in(line), Tone::bad) << '\n';
    const auto count = std::to_string(report.problems.size());
    const auto wrong = command.is_profile ? Text{"。此型号不能使用", "; no site can use this profile"}
                                          : Text{"。这份配置不会生效；正在运行的服务继续用上一份有效配置",
                                                 "; it will not be put in force, and an agent that runs keeps its last "
                                                 "good configuration"};
    console.err << console.in({"问题：" + count + wrong.zh, "problems: " + count + wrong.en}) << '\n';
  }
  return report.problems.empty() ? ExitCode::done : ExitCode::bad_configuration;
}

}  // namespace inspect::cli
