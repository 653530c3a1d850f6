#include "cloud-bridge/mqtt/credentials.hpp"
#include "cloud-bridge/uplink/bridge_config.hpp"
#include "cloud-bridge/uplink/now.hpp"
#include "cloud-bridge/uplink/service.hpp"
#include "cloud-bridge/uplink/uplink.hpp"
#include "protocol/settings/reader.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>

namespace {

using namespace inspect;
using namespace inspect::bridge;
namespace asio = boost::asio;

/// Never renumbered; documented in cloud-bridge/docs/inspect-bridge.md.
enum ExitCode : int { done = 0, failed = 1, wrong_use = 2, bad_configuration = 7 };

constexpr auto* help_end = R"(
Examples:
  inspect-bridge --config /etc/inspectd/bridge.toml
      carry the outbox of the agent to the broker named there, until SIGTERM, SIGINT or SIGHUP
  inspect-bridge --config bridge.toml --check
      read the configuration and the files it names, say what is wrong with them, certificates too, start nothing
  inspect-bridge --explain
      every key of the configuration, with range, default and meaning

Exit codes:
  0  ended as asked     1  unexpected end     2  wrong use     7  configuration not usable
)";

void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("inspect-bridge");
  // The journal dates the lines itself.
  logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e %l: %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(logger);
}

/// Every few seconds: says how it goes, and feeds the watchdog while it goes.
void keep_telling(asio::steady_timer& timer, const Uplink& uplink, std::chrono::microseconds interval) {
  if (uplink.healthy()) feed_watchdog();
  tell_status(uplink.status());
  timer.expires_after(interval);
  timer.async_wait([&timer, &uplink, interval](const boost::system::error_code& ended) {
    if (!ended) keep_telling(timer, uplink, interval);
  });
}

int carry(const BridgeConfig& config) {
  asio::io_context loop(1);
  Uplink uplink(loop.get_executor(), config, INSPECT_VERSION);
  asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);  // after SIGHUP the service manager starts it anew
  signals.async_wait([&](const boost::system::error_code&, int) {
    tell_stopping();
    spdlog::info("ending, as asked");
    asio::co_spawn(loop, uplink.stop(), [&loop](const std::exception_ptr&) { loop.stop(); });
  });
  asio::steady_timer timer(loop);
  uplink.start();
  tell_ready();
  const auto interval = watchdog_interval().value_or(std::chrono::seconds(20)) / 2;
  keep_telling(timer, uplink, interval);
  loop.run();
  return ExitCode::done;
}

/// After the files are known to be there: do they belong together, to this gateway, and to today? Only asked for: a
/// bridge that is started goes on trying, for the clock of a gateway may become right later.
void check_credentials(const BridgeConfig& config, settings::Problems& problems, Text& good) {
  if (!config.broker.tls) return;
  const auto read = read_credentials(*config.broker.tls);
  const auto* held = std::get_if<Credentials>(&read);
  const auto why =
      held == nullptr ? std::get<Text>(read) : objection(*held, wall_now(), config.gateway).value_or(Text{});
  if (!why.en.empty()) return problems.add({}, {"{1}", "{1}"}, {why});
  const auto ends = settings::filled({"；\"{1}\" 的证书 {2} 到期", "; the certificate of \"{1}\" ends on {2}"},
                                     {held->common_name, day_of(held->until)});
  good.zh += ends.zh;
  good.en += ends.en;
}

int tell(const settings::Problems& problems, Language language) {
  for (const auto& line : problems.all()) std::fprintf(stderr, "%s\n", line.in(language).c_str());
  return ExitCode::bad_configuration;
}

int run(int count, char** words) {
  CLI::App app{"Carries the agent's findings and readings to the centre's broker, and the centre's receipts back."};
  std::string path = "/etc/inspectd/bridge.toml";
  bool check_only = false;
  bool explain = false;
  app.add_option("-c,--config", path, "its configuration")->capture_default_str();
  app.add_flag("--check", check_only, "only check the configuration and the files it names");
  app.add_flag("--explain", explain, "print every key of the configuration");
  app.set_version_flag("--version", std::string(INSPECT_VERSION));
  app.footer(help_end);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? ExitCode::done : ExitCode::wrong_use;
  }
  if (explain) {
    std::fputs(config_reference().c_str(), stdout);
    return ExitCode::done;
  }
  const auto language = settings::language_of_reader(std::getenv);
  settings::Problems problems(path);
  const auto config = load_config(problems);
  if (config) check_files(*config, problems);
  Text good{path + "：正确", path + " is good"};
  if (check_only && problems.empty()) check_credentials(*config, problems, good);
  if (!problems.empty()) return tell(problems, language);
  if (check_only) {
    std::printf("%s\n", good.in(language).c_str());
    return ExitCode::done;
  }
  log_to_stderr(config->log_level);
  return carry(*config);
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "inspect-bridge: %s\n", problem.what());
    return ExitCode::failed;
  }
}
