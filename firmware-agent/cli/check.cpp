#include "drivers/profiles/load.hpp"
#include "firmware-agent/cli/check_report.hpp"
#include "firmware-agent/cli/commands.hpp"
#include "firmware-agent/config/load.hpp"
#include "firmware-agent/inspection/leakage_plan.hpp"

#include "protocol/catalogue/catalogue.hpp"
#include "protocol/settings/document.hpp"

#include <filesystem>
#include <ostream>

namespace inspect::cli {

namespace {

/// The kinds of fault that a rule may name; none, which checks nothing, where there is no catalogue.
std::vector<std::string> kinds_of(const std::string& directory, settings::Problems& problems) {
  std::vector<std::string> kinds;
  if (!std::filesystem::exists(directory)) return kinds;
  const auto catalogue = catalogue::load(directory, problems);
  if (!catalogue) return kinds;
  for (const auto& kind : catalogue->kinds) kinds.push_back(kind.key);
  return kinds;
}

CheckReport check_site(const CheckCommand& command) {
  CheckReport report;
  report.file = command.file;
  settings::Problems of_catalogue(command.catalogue);
  const auto kinds = kinds_of(command.catalogue, of_catalogue);
  if (!of_catalogue.empty()) {
    report.problems = of_catalogue.all();
    return report;
  }
  settings::Problems problems(command.file);
  const auto site = agent::load_site(command.file, command.profiles, kinds, problems);
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

CheckReport check_plan(const CheckCommand& command) {
  CheckReport report;
  report.file = command.file;
  const auto limits = catalogue::Limits::load(command.catalogue + "/limits.toml");
  if (!limits) {
    report.problems = {{limits.error().message, limits.error().message}};
    return report;
  }
  settings::Problems problems(command.file);
  const auto text = settings::read_file(command.file, problems);
  const auto plan = text ? inspection::parse_leakage_plan(*text, *limits, problems) : std::nullopt;
  report.problems = problems.all();
  if (plan) report.tests = plan->tests.size() + plan->contact_tests.size();
  return report;
}

enum class FileKind { site, profile, plan };

/// By the tables it holds. What is broken or holds none of them is read as a site, and told what a site needs.
FileKind kind_of(const CheckCommand& command) {
  if (command.is_profile) return FileKind::profile;
  settings::Problems unheard(command.file);
  const auto text = settings::read_file(command.file, unheard);
  const auto document = text ? settings::parse_document(*text, unheard) : std::nullopt;
  if (!document || document->find("site") != nullptr) return FileKind::site;
  if (document->find("profile") != nullptr) return FileKind::profile;
  for (const auto* table : {"instrument", "test", "contact_test"}) {
    if (document->find(table) != nullptr) return FileKind::plan;
  }
  return FileKind::site;
}

CheckReport check_file(const CheckCommand& command, FileKind kind) {
  switch (kind) {
    case FileKind::site: break;
    case FileKind::profile: return check_profile(command);
    case FileKind::plan: return check_plan(command);
  }
  return check_site(command);
}

/// What comes of a file with problems.
Text useless(FileKind kind) {
  switch (kind) {
    case FileKind::site: break;
    case FileKind::profile: return {"。此型号不能使用", "; no site can use this profile"};
    case FileKind::plan: return {"。此方案不能使用", "; no test of this plan can be run"};
  }
  return {"。这份配置不会生效；正在运行的服务继续用上一份有效配置",
          "; it will not be put in force, and an agent that runs keeps its last good configuration"};
}

Text summary(const CheckReport& r) {
  if (r.tests > 0) {
    const auto tests = std::to_string(r.tests);
    return {r.file + "：正确。泄漏测试方案，测试 " + tests, r.file + ": well. A plan of leakage tests; tests " + tests};
  }
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
  const auto kind = kind_of(command);
  const auto report = check_file(command, kind);
  if (options.json) {
    console.out << to_json(report) << '\n';
  } else if (report.problems.empty()) {
    console.out << console.in(summary(report)) << '\n';
    for (const auto& line : report.warnings) console.err << console.paint(console.in(line), Tone::doubt) << '\n';
  } else {
    for (const auto& line : report.problems) console.err << console.paint(console.in(line), Tone::bad) << '\n';
    const auto count = std::to_string(report.problems.size());
    const auto wrong = useless(kind);
    console.err << console.in({"问题：" + count + wrong.zh, "problems: " + count + wrong.en}) << '\n';
  }
  return report.problems.empty() ? ExitCode::done : ExitCode::bad_configuration;
}

}  // namespace inspect::cli
