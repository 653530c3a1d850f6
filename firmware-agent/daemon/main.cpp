#include "firmware-agent/config/last_good.hpp"
#include "firmware-agent/config/load.hpp"
#include "firmware-agent/daemon/agent.hpp"
#include "firmware-agent/daemon/service.hpp"
#include "firmware-agent/daemon/version.hpp"
#include "firmware-agent/inspection/leakage_plan.hpp"
#include "protocol/catalogue/limits.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace {

namespace asio = boost::asio;
using namespace inspect;

constexpr int exit_failed = 1;
constexpr int exit_configuration = 7;

struct Options {
  std::string config = "/etc/inspectd/site.toml";
  std::vector<std::string> profiles{"/etc/inspectd/profiles", "/usr/share/inspectd/profiles"};
  std::string catalogue = "/usr/share/inspectd/catalogue";
  std::string last_good = "/var/lib/inspectd/last-good.toml";
  bool check = false;
  std::string log_level = "info";
};

/// stderr, one line an event: the journal adds the time.
void set_up_log(const std::string& level) {
  auto log = spdlog::stderr_color_mt("inspectd");
  log->set_pattern("%l: %v");
  log->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(log));
}

void describe(CLI::App& app, Options& options) {
  app.description(
      "inspectd: watches the devices of one site, finds faults, keeps what it found until the centre has it.\n"
      "巡检代理：轮询考核点设备，发现故障并可靠上报。");
  app.add_option("-c,--config", options.config, "the site's configuration / 站点配置")->capture_default_str();
  app.add_option("-p,--profiles", options.profiles, "folders with device profiles; an earlier one wins / 设备型号目录")
      ->capture_default_str();
  app.add_option("--catalogue", options.catalogue, "folder with faults.toml and parts.toml / 故障目录")
      ->capture_default_str();
  app.add_option("--last-good", options.last_good, "where the last good configuration is kept / 最近有效配置")
      ->capture_default_str();
  app.add_flag("--check", options.check, "read everything, say what is wrong, and end / 只检查配置");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error")->capture_default_str();
  app.set_version_flag("--version", std::string(agent::version()));
  app.footer(
      "Examples:\n"
      "  inspectd --check                          is my configuration right?\n"
      "  inspectd -c site.toml -p drivers/profiles --catalogue protocol/catalogue\n"
      "SIGTERM, SIGINT and SIGHUP end it after it has written down what it holds; systemd's unit starts it again "
      "after\n"
      "SIGHUP (systemctl reload inspectd), with the new configuration.\n"
      "Exit codes: 0 ended as asked, 1 failed, 2 wrong use, 7 the configuration has problems.\n"
      "Talk to a running agent with inspectctl.");
}

asio::awaitable<void> live(agent::Agent& agent, asio::io_context& loop, const agent::Site& site, int& code) {
  // Before the start, so that a signal in its middle ends it cleanly as well. SIGHUP ends it too: the service manager
  // starts it again with the configuration as it is then.
  asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  if (auto started = co_await agent.start(); !started) {
    spdlog::critical("{}", started.error().message);
    code = exit_failed;
    co_await agent.stop();
    co_return;
  }
  spdlog::info("watching {}: {} buses, {} devices, {} points", site.name, site.buses.size(), site.devices.size(),
               site.points.size());
  agent::tell_ready("watching " + std::to_string(site.devices.size()) + " devices");
  co_await signals.async_wait(asio::use_awaitable);
  spdlog::info("ending: writes down what is gathered");
  agent::tell_stopping();
  co_await agent.stop();
}

std::vector<std::string> kinds_of(const catalogue::Catalogue& catalogue) {
  std::vector<std::string> kinds;
  for (const auto& kind : catalogue.kinds) kinds.push_back(kind.key);
  return kinds;
}

int check(const Options& options, const std::vector<std::string>& kinds) {
  const auto site = agent::load_site(options.config, options.profiles, kinds);
  if (!site) {
    std::fputs((site.error().message + "\n").c_str(), stderr);
    return exit_configuration;
  }
  for (const auto& warning : site->warnings) std::fputs((warning.en + "\n").c_str(), stderr);
  std::printf("%s: %zu buses, %zu devices, %zu points, %zu rules\n", options.config.c_str(), site->buses.size(),
              site->devices.size(), site->points.size(), site->watches.size());
  return 0;
}

/// The site's plan of leakage tests. One that cannot be read keeps from tests, and from nothing else.
inspection::LeakagePlan plan_of(const agent::Site& site, const std::string& catalogue) {
  if (site.leakage_plan.empty()) return {};
  const auto limits = catalogue::Limits::load(catalogue + "/limits.toml");
  if (!limits) {
    spdlog::error("{}", limits.error().message);
    return {};
  }
  auto plan = inspection::load_leakage_plan(site.leakage_plan, *limits);
  if (plan) return std::move(*plan);
  spdlog::error("no leakage test can be run: {}", plan.error().message);
  return {};
}

int run(const Options& options) {
  const auto catalogue = catalogue::load(options.catalogue);
  if (!catalogue) {
    spdlog::critical("{}", catalogue.error().message);
    return exit_configuration;
  }
  const auto kinds = kinds_of(*catalogue);
  if (options.check) return check(options, kinds);
  const auto loaded = agent::load_site_keeping_last_good(options.config, options.profiles, options.last_good, kinds);
  if (!loaded) {
    spdlog::critical("{}", loaded.error().message);
    return exit_configuration;
  }
  const auto warning = loaded->instead_because.value_or("");
  if (!warning.empty()) spdlog::error("{}", warning);
  for (const auto& note : loaded->site.warnings) spdlog::warn("{}", note.en);

  agent::limit_descriptors();
  asio::io_context loop(1);
  agent::Agent agent(loaded->site, *catalogue, plan_of(loaded->site, options.catalogue), warning, loop.get_executor());
  int code = 0;
  asio::co_spawn(loop, live(agent, loop, loaded->site, code), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
  loop.run();
  return code;
}

}  // namespace

int main(int count, char** words) {
  agent::keep_memory_small();
  Options options;
  CLI::App app;
  describe(app, options);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  set_up_log(options.log_level);
  std::signal(SIGPIPE, SIG_IGN);
  return run(options);
}
