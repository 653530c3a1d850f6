#include "cloud-bridge/mqtt/credentials.hpp"
#include "cloud-bridge/uplink/bridge_config.hpp"
#include "cloud-bridge/uplink/now.hpp"
#include "cloud-bridge/uplink/service.hpp"
#include "cloud-bridge/uplink/uplink.hpp"

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
int tell_check(const std::string& path, const BridgeConfig& config) {
  if (!config.broker.tls) {
    std::printf("%s is good\n", path.c_str());
    return ExitCode::done;
  }
  const auto held = read_credentials(*config.broker.tls);
  const auto why = held ? objection(*held, wall_now(), config.gateway) : held.error().message;
  if (why) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), why->c_str());
    return ExitCode::bad_configuration;
  }
  std::printf("%s is good; the certificate of \"%s\" ends on %s\n", path.c_str(), held->common_name.c_str(),
              day_of(held->until).c_str());
  return ExitCode::done;
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
  auto config = load_config(path);
  const auto good = config ? check_files(*config) : Result<void>(config.error());
  if (!good) {
    std::fprintf(stderr, "%s\n", good.error().message.c_str());
    return ExitCode::bad_configuration;
  }
  if (check_only) return tell_check(path, *config);
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
